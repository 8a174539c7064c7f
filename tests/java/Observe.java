import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Watches a group and the topics it writes to, and prints one sample a line until standard input
 * closes, with one more sample after that.
 *
 * <p>{@code scripts/kafka run --dir DIR tests/java/Observe.java --bootstrap @bootstrap --group G
 * --output T [--output T]... [--every-ms 50]}
 *
 * <p>A sample asks for the committed offsets first and for the ends of the outputs afterwards: what
 * a commit rests on lies before those ends. A topic that does not exist yet has no end. A look that
 * fails, because brokers are away, is left out.
 */
final class Observe {
    private static final long PATIENCE_MS = 3_000;

    public static void main(String[] args) throws Exception {
        String bootstrap = null;
        String group = null;
        long everyMillis = 50;
        Set<String> outputs = new TreeSet<>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--bootstrap" -> bootstrap = args[++i];
                case "--group" -> group = args[++i];
                case "--output" -> outputs.add(args[++i]);
                case "--every-ms" -> everyMillis = Long.parseLong(args[++i]);
                default -> throw new IllegalArgumentException("unknown option " + args[i]);
            }
        }
        if (bootstrap == null || group == null) {
            System.err.println("usage: Observe --bootstrap HOST:PORT --group G [--output T]...");
            System.exit(2);
        }
        Map<String, Object> settings = new HashMap<>();
        settings.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE_MS);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE_MS);
        settings.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 200);
        try (Admin admin = Admin.create(settings)) {
            boolean open = true;
            while (open) {
                open = stdinIsOpen();
                try {
                    System.out.println(sample(admin, group, outputs));
                    System.out.flush();
                } catch (ExecutionException | TimeoutException away) {
                    // Left out.
                }
                Thread.sleep(everyMillis);
            }
        }
    }

    /** Nothing is ever written to it: it has bytes to read only when it has come to its end. */
    private static boolean stdinIsOpen() throws Exception {
        synchronized (Observe.class) {
            if (watch == null) {
                watch = new Thread(() -> {
                    try {
                        while (System.in.read() >= 0) {}
                    } catch (java.io.IOException closed) {
                        // As good as its end.
                    }
                });
                watch.setDaemon(true);
                watch.start();
            }
            return watch.isAlive();
        }
    }

    private static Thread watch;

    private static String sample(Admin admin, String group, Set<String> outputs) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> committed = get(
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        TreeMap<String, String> places = new TreeMap<>();
        committed.forEach((at, offset) -> {
            if (offset != null) {
                places.put(at.toString(), row(at, offset.offset()));
            }
        });
        Map<TopicPartition, OffsetSpec> last = new HashMap<>();
        for (TopicDescription topic : existing(admin, outputs)) {
            topic.partitions().forEach(partition -> last.put(
                    new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest()));
        }
        TreeMap<String, String> ends = new TreeMap<>();
        for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end
                : get(admin.listOffsets(last).all()).entrySet()) {
            ends.put(end.getKey().toString(), row(end.getKey(), end.getValue().offset()));
        }
        return "{\"at\":" + System.currentTimeMillis()
                + ",\"committed\":[" + String.join(",", places.values())
                + "],\"ends\":[" + String.join(",", ends.values()) + "]}";
    }

    private static List<TopicDescription> existing(Admin admin, Set<String> outputs)
            throws Exception {
        List<TopicDescription> found = new ArrayList<>();
        for (KafkaFuture<TopicDescription> one
                : admin.describeTopics(outputs).topicNameValues().values()) {
            try {
                found.add(get(one));
            } catch (ExecutionException missing) {
                if (!(missing.getCause()
                        instanceof org.apache.kafka.common.errors.UnknownTopicOrPartitionException)) {
                    throw missing;
                }
            }
        }
        return found;
    }

    private static <T> T get(KafkaFuture<T> future) throws Exception {
        return future.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
    }

    private static String row(TopicPartition at, long offset) {
        return "[\"" + at.topic() + "\"," + at.partition() + "," + offset + "]";
    }
}
