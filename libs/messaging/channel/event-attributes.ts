import { cloudEventType, parseCloudEventType } from '../../../contracts/event/cloud-event.js';
import type { LoggedEvent } from '../event/logged-event.js';
import { sequenceOf } from '../event/render-event.js';

/** The attributes of a CloudEvent in binary mode: the headers of a message, without the transport's prefix. The message is the data. */
export type EventAttributes = Record<string, string>;

const SOURCE_PREFIX = '/services/';

/** The attributes from which `fromAttributes` restores the event. The version is the written one; consumers convert it. */
export function toAttributes(event: LoggedEvent): EventAttributes {
  const { correlationId, causationId, traceparent, tracestate } = event;
  return {
    specversion: '1.0',
    id: event.eventId,
    source: SOURCE_PREFIX + event.service,
    type: cloudEventType(event.type, event.typeVersion),
    subject: event.subject,
    time: event.occurredAt.toISOString(),
    recordedtime: event.recordedAt.toISOString(),
    sequence: sequenceOf(event.position),
    partitionkey: event.aggregateId,
    aggregatetype: event.aggregateType,
    aggregateid: event.aggregateId,
    aggregateversion: String(event.aggregateVersion),
    ...(correlationId === null ? {} : { correlationid: correlationId }),
    ...(causationId === null ? {} : { causationid: causationId }),
    ...(traceparent === null ? {} : { traceparent }),
    ...(tracestate === null ? {} : { tracestate }),
  };
}

/** @throws Error with the missing attribute: this system did not send the message. */
export function fromAttributes(attributes: Readonly<Record<string, string | undefined>>, data: string): LoggedEvent {
  const of = (name: string): string => {
    const value = attributes[name];
    if (value === undefined) throw new Error(`The message has no attribute ${name}, so it is no event of this system.`);
    return value;
  };
  const parsed = parseCloudEventType(of('type'));
  if (!parsed) throw new Error(`${of('type')} is no type of this system.`);
  return {
    position: Number(of('sequence')),
    eventId: of('id'),
    service: of('source').slice(SOURCE_PREFIX.length),
    type: parsed.type,
    typeVersion: parsed.version,
    aggregateType: of('aggregatetype'),
    aggregateId: of('aggregateid'),
    aggregateVersion: Number(of('aggregateversion')),
    subject: of('subject'),
    occurredAt: new Date(of('time')),
    recordedAt: new Date(of('recordedtime')),
    correlationId: attributes['correlationid'] ?? null,
    causationId: attributes['causationid'] ?? null,
    traceparent: attributes['traceparent'] ?? null,
    tracestate: attributes['tracestate'] ?? null,
    data,
  };
}
