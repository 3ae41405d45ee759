import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../../../libs/embedded/free-port.js';
import { runQuietly } from '../../../libs/embedded/temporal-sources/run-quietly.js';
import { brokerCache, BrokerUnavailable, type RunningBroker, startBroker } from './broker.js';

const VERSION = '4.4.0';

/** One Kafka broker that is its own controller, on loopback. @throws BrokerUnavailable when there is no Java, or no Kafka can be had. */
export async function startKafkaServer(): Promise<RunningBroker> {
  const jars = await kafkaJars();
  const [port, controllerPort] = [await freePort(), await freePort()];
  const java = (...args: string[]) => ['-Xmx320m', '-cp', path.join(jars, '*'), ...args];
  return startBroker('kafka', port, async (folder) => {
    const properties = path.join(folder, 'server.properties');
    writeFileSync(
      properties,
      Object.entries({
        'process.roles': 'broker,controller',
        'node.id': 1,
        'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
        listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
        'controller.listener.names': 'CONTROLLER',
        'log.dirs': path.join(folder, 'data'),
        'offsets.topic.replication.factor': 1,
        'offsets.topic.num.partitions': 4,
        'transaction.state.log.replication.factor': 1,
        'transaction.state.log.min.isr': 1,
        // No rebalance waits for further members, and tests may use short timeouts.
        'group.initial.rebalance.delay.ms': 0,
        'group.min.session.timeout.ms': 1_000,
      })
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    const format = java('kafka.tools.StorageTool', 'format', '-t', 'MkU3OEVBNTcwNTJENDM2Qk', '-c', properties, '--standalone');
    await runQuietly('java', format, { withinMs: 120_000 });
    return { file: 'java', args: java('kafka.Kafka', properties) };
  });
}

/** The folder with Kafka and all that it needs: from an earlier run, or from a Maven repository. */
async function kafkaJars(): Promise<string> {
  const folder = path.join(brokerCache, `kafka-${VERSION}`);
  try {
    await runQuietly('java', ['-version'], { withinMs: 30_000 });
    if (!existsSync(folder)) await copyWithMaven(folder);
    return folder;
  } catch (error) {
    throw new BrokerUnavailable(`Kafka needs Java, and Maven to get it once: ${(error as Error).message}`, { cause: error });
  }
}

async function copyWithMaven(folder: string): Promise<void> {
  mkdirSync(brokerCache, { recursive: true });
  const project = mkdtempSync(path.join(brokerCache, 'kafka-'));
  try {
    writeFileSync(
      path.join(project, 'pom.xml'),
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
  <groupId>com.roundtrip</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version>
    <exclusions><exclusion><groupId>org.apache.kafka</groupId><artifactId>kafka-tools-api</artifactId></exclusion></exclusions>
  </dependency></dependencies>
</project>`,
    );
    const args = ['-q', '-B', '-f', path.join(project, 'pom.xml'), 'dependency:copy-dependencies', '-DoutputDirectory=jars'];
    await runQuietly('mvn', args, { withinMs: 600_000 });
    renameSync(path.join(project, 'jars'), folder);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}
