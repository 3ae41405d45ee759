import type { EventType } from '../../../contracts/event-catalogue.js';

/**
 * The data of an event in another version of its type, step by step up or down.
 * @throws Error when the data does not fit the version that it is said to have, or a step cannot take it.
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
