/** The subjects of events in NATS: `<subjects>.<partition>.<type>.v<version>`. */
export const NATS_SUBJECTS = 'roundtrip.events';
/** How many members of a group can work at once. The number is part of the subjects, so it never changes. */
export const NATS_PARTITIONS = 8;
/** The Kafka topic of events, with their partition key as the key. */
export const KAFKA_TOPIC = 'roundtrip.events';
/** How many members of a group can work at once, if the relay has created the topic. */
export const KAFKA_PARTITIONS = 8;
/** The prefix of attribute names in message headers, by the protocol bindings of CloudEvents. */
export const NATS_ATTRIBUTE_PREFIX = 'ce-';
export const KAFKA_ATTRIBUTE_PREFIX = 'ce_';
