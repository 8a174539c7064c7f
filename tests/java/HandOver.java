import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * Moves the leader of every partition, internal topics too, to the next of its copies in sync, as an
 * operator's preferred-leader election would.
 *
 * <p>{@code scripts/kafka run --dir DIR tests/java/HandOver.java --bootstrap @bootstrap}
 *
 * <p>A partition without another copy in sync stays where it is.
 */
final class HandOver {
    public static void main(String[] args) throws Exception {
        if (args.length != 2 || !args[0].equals("--bootstrap")) {
            System.err.println("usage: HandOver --bootstrap HOST:PORT");
            System.exit(2);
        }
        Map<String, Object> settings =
                Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, args[1]);
        try (Admin admin = Admin.create(settings)) {
            handOver(admin);
        }
    }

    private static void handOver(Admin admin) throws Exception {
        Set<String> topics =
                admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
        Map<TopicPartition, Optional<NewPartitionReassignment>> orders = new HashMap<>();
        for (TopicDescription topic
                : admin.describeTopics(topics).allTopicNames().get().values()) {
            for (TopicPartitionInfo partition : topic.partitions()) {
                List<Integer> order = rotated(partition);
                if (order != null) {
                    orders.put(
                            new TopicPartition(topic.name(), partition.partition()),
                            Optional.of(new NewPartitionReassignment(order)));
                }
            }
        }
        if (orders.isEmpty()) {
            throw new IllegalStateException("no partition has another copy in sync");
        }
        // The same copies in another order: done at once, and the first is the preferred leader.
        admin.alterPartitionReassignments(orders).all().get();
        admin.electLeaders(ElectionType.PREFERRED, orders.keySet()).partitions().get();
    }

    /** The copies with the next one in sync behind the leader at their head; null without one. */
    private static List<Integer> rotated(TopicPartitionInfo partition) {
        List<Integer> copies = new ArrayList<>();
        partition.replicas().forEach(node -> copies.add(node.id()));
        List<Integer> inSync = partition.isr().stream().map(Node::id).toList();
        if (partition.leader() == null) {
            return null;
        }
        int at = copies.indexOf(partition.leader().id());
        for (int step = 1; step < copies.size(); step++) {
            Integer next = copies.get((at + step) % copies.size());
            if (inSync.contains(next)) {
                copies.remove(next);
                copies.add(0, next);
                return copies;
            }
        }
        return null;
    }
}
