import type { EventType } from '../../../contracts/event-catalogue.js';

/**
 * Converts the data of an event to another version of its type, step by step up or down.
 * @throws Error if the data does not fit its stated version, or if a step cannot convert it.
 */
export function convertEvent({ type, versions }: EventType, data: unknown, from: number, to: number): unknown {
  const at = (version: number) => {
    const entry = versions[version - 1];
    if (!entry) throw new Error(`${type} has no version ${version}.`);
    return entry;
  };
  let converted = from === to ? data : at(from).schema.parse(data);
  for (let version = from; version < to; version++) converted = at(version).next!.up(converted);
  for (let version = from; version > to; version--) converted = at(version - 1).next!.down(converted);
  return converted;
}
