import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads topics from their beginning with Kafka's own client and prints one JSON object a line, so
 * that what Portcullis wrote through librdkafka is judged by a reader that shares no code with it.
 *
 * <p>{@code scripts/kafka run --dir DIR tests/java/ReadBack.java --bootstrap @bootstrap --topic T}
 *
 * <p>Ends at the end offsets seen at its start (--until-end, the default) or after --idle-ms without
 * a record. Under read_committed the end is the last stable offset, so an open transaction does not
 * hold it up. Keys, values and headers are base64; an absent one is null. Of headers with one name
 * the last counts.
 */
final class ReadBack {
    private static final Base64.Encoder BASE64 = Base64.getEncoder();

    public static void main(String[] args) {
        List<String> topics = new ArrayList<>();
        String bootstrap = null;
        String isolation = "read_committed";
        long idleMillis = -1;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--bootstrap" -> bootstrap = args[++i];
                case "--topic" -> topics.add(args[++i]);
                case "--isolation" -> isolation = args[++i];
                case "--idle-ms" -> idleMillis = Long.parseLong(args[++i]);
                case "--until-end" -> idleMillis = -1;
                default -> throw new IllegalArgumentException("unknown option " + args[i]);
            }
        }
        if (bootstrap == null || topics.isEmpty()) {
            System.err.println("usage: ReadBack --bootstrap HOST:PORT --topic T [--topic T]..."
                    + " [--isolation read_committed|read_uncommitted] [--idle-ms N | --until-end]");
            System.exit(2);
        }
        read(bootstrap, topics, isolation, idleMillis);
    }

    private static void read(
            String bootstrap, List<String> topics, String isolation, long idleMillis) {
        Properties settings = new Properties();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "10000");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        settings.put(ConsumerConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
        settings.put(ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG, "false");
        PrintStream out = new PrintStream(
                new BufferedOutputStream(System.out, 1 << 20), false, StandardCharsets.UTF_8);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = partitionsOf(consumer, topics);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long lastSeen = System.nanoTime();
            StringBuilder line = new StringBuilder();
            while (true) {
                boolean any = false;
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    any = true;
                    TopicPartition at = new TopicPartition(record.topic(), record.partition());
                    if (idleMillis < 0 && record.offset() >= ends.get(at)) {
                        continue;
                    }
                    line.setLength(0);
                    append(line, record);
                    out.append(line).append('\n');
                }
                if (idleMillis < 0) {
                    // The position, not the records: markers of transactions take offsets too.
                    if (allReached(consumer, ends)) {
                        break;
                    }
                } else if (any) {
                    lastSeen = System.nanoTime();
                } else if (System.nanoTime() - lastSeen > idleMillis * 1_000_000) {
                    break;
                }
            }
            out.flush();
            if (out.checkError()) {
                throw new IllegalStateException("standard output was closed before the last record");
            }
        }
    }

    private static List<TopicPartition> partitionsOf(
            KafkaConsumer<byte[], byte[]> consumer, List<String> topics) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : topics) {
            List<PartitionInfo> found = consumer.partitionsFor(topic);
            if (found == null || found.isEmpty()) {
                System.err.println("ReadBack: topic " + topic + " does not exist");
                System.exit(1);
            }
            for (PartitionInfo partition : found) {
                partitions.add(new TopicPartition(topic, partition.partition()));
            }
        }
        return partitions;
    }

    private static boolean allReached(
            KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            if (consumer.position(end.getKey()) < end.getValue()) {
                return false;
            }
        }
        return true;
    }

    private static void append(StringBuilder line, ConsumerRecord<byte[], byte[]> record) {
        line.append("{\"topic\":\"").append(record.topic());
        line.append("\",\"partition\":").append(record.partition());
        line.append(",\"offset\":").append(record.offset());
        line.append(",\"timestamp\":").append(record.timestamp());
        line.append(",\"key\":");
        appendBytes(line, record.key());
        line.append(",\"value\":");
        appendBytes(line, record.value());
        line.append(",\"headers\":{");
        Map<String, byte[]> headers = new HashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), header.value());
        }
        String separator = "";
        for (Map.Entry<String, byte[]> header : headers.entrySet()) {
            line.append(separator);
            appendName(line, header.getKey());
            line.append(':');
            appendBytes(line, header.getValue());
            separator = ",";
        }
        line.append("}}");
    }

    private static void appendBytes(StringBuilder line, byte[] bytes) {
        if (bytes == null) {
            line.append("null");
        } else {
            line.append('"').append(BASE64.encodeToString(bytes)).append('"');
        }
    }

    private static void appendName(StringBuilder line, String name) {
        line.append('"');
        for (char c : name.toCharArray()) {
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (c < ' ') {
                line.append(String.format("\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
        line.append('"');
    }
}
