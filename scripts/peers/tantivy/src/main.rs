//! Scores of tantivy for queries against a list: each name a document, each word of the query as it
//! stands (BM25) or a letter or two beside it, the birth date for whatever it is worth.
//!
//!     peers-tantivy LIST.jsonl QUERIES.jsonl
//!
//! Writes two scores a line to standard output, BM25 and its share of what all words of the query
//! weigh, empty where nothing was found; and how long it took to standard error.

use std::collections::HashSet;
use std::error::Error;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tantivy::collector::TopDocs;
use tantivy::query::{
    BooleanQuery, BoostQuery, DisjunctionMaxQuery, FuzzyTermQuery, Query, TermQuery,
};
use tantivy::schema::{
    Field, IndexRecordOption, STORED, STRING, Schema, TantivyDocument, TextFieldIndexing,
    TextOptions, Value as _,
};
use tantivy::tokenizer::{AsciiFoldingFilter, LowerCaser, SimpleTokenizer, TextAnalyzer};
use tantivy::{Index, Searcher, Term, doc};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How many names a query may bring: none is looked for behind them.
const MOST: usize = 100;
/// What a word one letter beside weighs of the rarest word: tantivy scores such words all alike.
const BESIDE: f32 = 0.5;

#[derive(Deserialize)]
struct Subject {
    id: String,
    names: Vec<String>,
    born: Vec<String>,
    /// The listed subject that a query must find; of a clean person there is none.
    truth: Option<String>,
}

struct Fields {
    name: Field,
    born: Field,
    id: Field,
}

fn main() -> Outcome<()> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [list, queries] = &paths[..] else { return Err("give LIST and QUERIES".into()) };
    let (index, fields) = filled(&read(list)?)?;
    let searcher = index.reader()?.searcher();
    let mut words = analyser();
    let queries: Vec<Subject> = read(queries)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let begun = cpu()?;
    for query in &queries {
        match scored(&searcher, &fields, &mut words, query)? {
            Some((score, whole)) => writeln!(out, "{score:.4},{:.4}", score / whole)?,
            None => writeln!(out, ",")?,
        }
    }
    let took = cpu()? - begun;
    let (count, rate) = (queries.len(), queries.len() as f64 / took);
    eprintln!("tantivy: {count} queries, {took:.1} s of a core, {rate:.1} a second");
    Ok(())
}

fn analyser() -> TextAnalyzer {
    let words = TextAnalyzer::builder(SimpleTokenizer::default());
    words.filter(LowerCaser).filter(AsciiFoldingFilter).build()
}

fn filled(list: &[Subject]) -> Outcome<(Index, Fields)> {
    let mut schema = Schema::builder();
    let names = TextFieldIndexing::default()
        .set_tokenizer("names")
        .set_index_option(IndexRecordOption::WithFreqs);
    let fields = Fields {
        name: schema.add_text_field("name", TextOptions::default().set_indexing_options(names)),
        born: schema.add_text_field("born", STRING),
        id: schema.add_text_field("id", STORED),
    };
    let index = Index::create_in_ram(schema.build());
    index.tokenizers().register("names", analyser());
    let mut writer = index.writer_with_num_threads(1, 100_000_000)?;
    for subject in list {
        for name in &subject.names {
            let mut document = doc!(fields.name => name.as_str(), fields.id => subject.id.as_str());
            for part in dates(&subject.born) {
                document.add_text(fields.born, part);
            }
            writer.add_document(document)?;
        }
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok((index, fields))
}

/// Each date to the day, the month and the year.
fn dates(born: &[String]) -> HashSet<&str> {
    let parts = |date: &'_ String| [4, 7, 10].map(|end| (end, date.len() >= end));
    let cut = |date| parts(date).into_iter().filter(|part| part.1).filter_map(|at| date.get(..at.0));
    born.iter().flat_map(cut).collect()
}

/// The score of the one that must be found, or the highest of all, and what all words weigh.
fn scored(
    searcher: &Searcher,
    fields: &Fields,
    analyser: &mut TextAnalyzer,
    query: &Subject,
) -> Outcome<Option<(f32, f32)>> {
    let mut words = Vec::new();
    analyser.token_stream(&query.names[0]).process(&mut |token| words.push(token.text.clone()));
    let rarest = weight(searcher, 0);
    let mut whole = 0.0;
    let mut parts: Vec<Box<dyn Query>> = Vec::new();
    for word in words {
        let term = Term::from_field_text(fields.name, &word);
        whole += weight(searcher, searcher.doc_freq(&term)?);
        let distance = match word.chars().count() {
            ..4 => 0,
            4..8 => 1,
            _ => 2,
        };
        let exact = TermQuery::new(term.clone(), IndexRecordOption::WithFreqs);
        let mut ways: Vec<Box<dyn Query>> = vec![Box::new(exact)];
        if distance > 0 {
            let beside = Box::new(FuzzyTermQuery::new(term, distance, true));
            ways.push(Box::new(BoostQuery::new(beside, BESIDE * rarest)));
        }
        parts.push(Box::new(DisjunctionMaxQuery::new(ways)));
    }
    for part in dates(&query.born) {
        let term = Term::from_field_text(fields.born, part);
        parts.push(Box::new(TermQuery::new(term, IndexRecordOption::Basic)));
    }
    let found = searcher.search(&BooleanQuery::union(parts), &TopDocs::with_limit(MOST).order_by_score())?;
    for (score, address) in found {
        let document: TantivyDocument = searcher.doc(address)?;
        let id = document.get_first(fields.id).and_then(|id| id.as_str());
        // The highest come first.
        if query.truth.is_none() || query.truth.as_deref() == id {
            return Ok(Some((score, whole.max(1.0))));
        }
    }
    Ok(None)
}

/// What BM25 weighs a word in so many documents.
fn weight(searcher: &Searcher, within: u64) -> f32 {
    let (all, within) = (searcher.num_docs() as f32, within as f32);
    (1.0 + (all - within + 0.5) / (within + 0.5)).ln()
}

fn read<T: DeserializeOwned>(path: &str) -> Outcome<Vec<T>> {
    let lines = BufReader::new(std::fs::File::open(path)?).lines();
    lines.map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}

/// Seconds that this process has taken of the processor, to hundredths.
fn cpu() -> Outcome<f64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    // Behind the command's name in brackets; user and system time are fields 14 and 15.
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    let ticks: f64 = fields.filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks / 100.0)
}
