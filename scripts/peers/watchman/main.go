// Scores of moov-io/watchman for pairs, or for queries against a list: its own Similarity over
// every listed entity, as its search does it, on one core.
//
//	watchman pairs PAIRS.jsonl
//	watchman screen LIST.jsonl QUERIES.jsonl
//
// Writes a score a line to standard output, empty where there is none, and how long it took to
// standard error.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"github.com/moov-io/watchman/pkg/search"
)

// Subject is a listed subject, a query, or a side of a pair.
type Subject struct {
	ID     string   `json:"id"`
	Schema string   `json:"schema"`
	Names  []string `json:"names"`
	Born   []string `json:"born"`
	// Truth is the listed subject that a query must find; of a clean person there is none.
	Truth *string `json:"truth"`
}

type entity = search.Entity[search.Value]

func main() {
	runtime.GOMAXPROCS(1)
	if len(os.Args) == 3 && os.Args[1] == "pairs" {
		pairs(read[[2]Subject](os.Args[2]))
	} else if len(os.Args) == 4 && os.Args[1] == "screen" {
		screen(read[Subject](os.Args[2]), read[Subject](os.Args[3]))
	} else {
		fail("give pairs PAIRS, or screen LIST QUERIES")
	}
}

func pairs(rows [][2]Subject) {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	begun := cpu()
	for _, row := range rows {
		query, listed := made(row[0], search.SourceAPIRequest), made(row[1], search.SourceUSOFAC)
		fmt.Fprintf(out, "%.6f\n", search.Similarity(query, listed))
	}
	tell(len(rows), "pairs", begun)
}

func screen(list, queries []Subject) {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	listed := make([]entity, len(list))
	for at, subject := range list {
		listed[at] = made(subject, search.SourceUSOFAC)
	}
	begun := cpu()
	for _, subject := range queries {
		query := made(subject, search.SourceAPIRequest)
		score, isFound := 0.0, false
		for at := range listed {
			found := search.Similarity(query, listed[at])
			counts := subject.Truth == nil || listed[at].SourceID == *subject.Truth
			if counts && (!isFound || found > score) {
				score, isFound = found, true
			}
		}
		if isFound {
			fmt.Fprintf(out, "%.6f", score)
		}
		fmt.Fprintln(out)
	}
	tell(len(queries), "queries", begun)
}

// made is the subject as watchman has it; of several birth dates it knows one.
func made(subject Subject, source search.SourceList) entity {
	result := entity{Name: subject.Names[0], Source: source, Type: search.EntityPerson}
	if source != search.SourceAPIRequest {
		result.SourceID = subject.ID
	}
	name, others := subject.Names[0], subject.Names[1:]
	switch subject.Schema {
	case "Person":
		result.Person = &search.Person{Name: name, AltNames: others, BirthDate: born(subject.Born)}
	case "Vessel":
		result.Type = search.EntityVessel
		result.Vessel = &search.Vessel{Name: name, AltNames: others}
	default:
		result.Type = search.EntityBusiness
		result.Business = &search.Business{Name: name, AltNames: others}
	}
	return result.Normalize()
}

func born(dates []string) *time.Time {
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		for _, date := range dates {
			if at, err := time.Parse(layout, date); err == nil {
				return &at
			}
		}
	}
	return nil
}

func read[T any](path string) []T {
	file, err := os.Open(path)
	if err != nil {
		fail(err.Error())
	}
	defer file.Close()
	var rows []T
	for decoder := json.NewDecoder(bufio.NewReader(file)); decoder.More(); {
		var row T
		if err := decoder.Decode(&row); err != nil {
			fail(path + ": " + err.Error())
		}
		rows = append(rows, row)
	}
	return rows
}

// cpu is what this process has taken of the processor.
func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail(err.Error())
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func tell(count int, what string, begun time.Duration) {
	took := (cpu() - begun).Seconds()
	fmt.Fprintf(os.Stderr, "watchman: %d %s, %.1f s of a core, %.1f a second\n", count, what, took, float64(count)/took)
}

func fail(text string) {
	fmt.Fprintln(os.Stderr, "watchman: "+text)
	os.Exit(1)
}
