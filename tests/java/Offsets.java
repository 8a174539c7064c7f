import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * Prints, one JSON object a line, where a group has committed and where each partition begins and
 * ends: what a restarted consumer would see, told by Kafka's own client.
 *
 * <p>{@code scripts/kafka run --dir DIR tests/java/Offsets.java --bootstrap @bootstrap --group G
 * [--topic T]...}
 *
 * <p>Partitions are those the group has committed to plus all of the topics named. committed is null
 * where the group has none; stable is the last stable offset, the end for a read_committed reader.
 */
final class Offsets {
    public static void main(String[] args) throws Exception {
        String bootstrap = null;
        String group = null;
        Set<String> topics = new TreeSet<>();
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--bootstrap" -> bootstrap = args[++i];
                case "--group" -> group = args[++i];
                case "--topic" -> topics.add(args[++i]);
                default -> throw new IllegalArgumentException("unknown option " + args[i]);
            }
        }
        if (bootstrap == null || (group == null && topics.isEmpty())) {
            System.err.println(
                    "usage: Offsets --bootstrap HOST:PORT [--group G] [--topic T]...");
            System.exit(2);
        }
        Map<String, Object> settings = new HashMap<>();
        settings.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        try (Admin admin = Admin.create(settings)) {
            print(admin, group, topics);
        }
    }

    private static void print(Admin admin, String group, Set<String> topics) throws Exception {
        Map<TopicPartition, OffsetAndMetadata> committed = group == null
                ? Map.of()
                : admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
        Map<TopicPartition, OffsetSpec> first = new HashMap<>();
        Map<TopicPartition, OffsetSpec> last = new HashMap<>();
        for (TopicPartition partition : committed.keySet()) {
            first.put(partition, OffsetSpec.earliest());
            last.put(partition, OffsetSpec.latest());
        }
        for (TopicDescription topic
                : admin.describeTopics(topics).allTopicNames().get().values()) {
            topic.partitions().forEach(p -> {
                TopicPartition partition = new TopicPartition(topic.name(), p.partition());
                first.put(partition, OffsetSpec.earliest());
                last.put(partition, OffsetSpec.latest());
            });
        }
        Map<TopicPartition, ListOffsetsResultInfo> begins = admin.listOffsets(first).all().get();
        Map<TopicPartition, ListOffsetsResultInfo> ends = admin.listOffsets(last).all().get();
        Map<TopicPartition, ListOffsetsResultInfo> stables = admin
                .listOffsets(last, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get();
        TreeMap<String, String> lines = new TreeMap<>();
        for (TopicPartition at : last.keySet()) {
            OffsetAndMetadata offset = committed.get(at);
            lines.put(
                    String.format("%s %09d", at.topic(), at.partition()),
                    String.format(
                            "{\"topic\":\"%s\",\"partition\":%d,\"committed\":%s,\"begin\":%d,"
                                    + "\"stable\":%d,\"end\":%d}",
                            at.topic(),
                            at.partition(),
                            offset == null ? "null" : Long.toString(offset.offset()),
                            begins.get(at).offset(),
                            stables.get(at).offset(),
                            ends.get(at).offset()));
        }
        lines.values().forEach(System.out::println);
    }
}
