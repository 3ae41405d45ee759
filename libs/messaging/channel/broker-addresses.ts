/** Where events stand at NATS: `<subjects>.<partition>.<type>.v<version>`. */
export const NATS_SUBJECTS = 'roundtrip.events';
/** How many members of a group can have something to do at once. It is in the subjects, so it stays as it is. */
export const NATS_PARTITIONS = 8;
/** Where events stand at Kafka, under their partition key. */
export const KAFKA_TOPIC = 'roundtrip.events';
/** How many members of a group can have something to do at once, where nobody has made the topic otherwise. */
export const KAFKA_PARTITIONS = 8;
/** What the names of attributes begin with in the headers of a message, as the bindings of CloudEvents say. */
export const NATS_ATTRIBUTE_PREFIX = 'ce-';
export const KAFKA_ATTRIBUTE_PREFIX = 'ce_';
