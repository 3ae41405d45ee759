import type { CloudEvent } from '../../contracts/event/cloud-event.js';
import { get } from './feed-reader.harness.js';
import { create } from 'xmlbuilder2';

export interface Element {
  name: string;
  namespace: string | null;
  attributes: Record<string, string>;
  text: string;
  children: Element[];
}

export const ATOM = 'http://www.w3.org/2005/Atom';

/** Parses a document; throws when it is not well-formed. */
export function parse(xml: string): Element {
  const convert = (node: Node): Element => ({
    name: node.localName!,
    namespace: node.namespaceURI!,
    attributes: Object.fromEntries([...(node.attributes ?? [])].map(({ name, value }) => [name, value])),
    text: node.textContent ?? '',
    children: [...node.childNodes].filter(({ nodeType }) => nodeType === 1).map(convert),
  });
  interface Node {
    nodeType: number;
    localName?: string;
    namespaceURI?: string;
    attributes?: Iterable<{ name: string; value: string }>;
    textContent: string | null;
    childNodes: Iterable<Node>;
  }
  return convert(create(xml).root().node);
}

export const all = (element: Element, name: string) => element.children.filter((child) => child.name === name);
/** The target of a link as a path of the API, because the API's port differs from the public address here. */
export function link(feed: Element, rel: string): string | undefined {
  const href = all(feed, 'link').find(({ attributes }) => attributes['rel'] === rel)?.attributes['href'];
  if (href === undefined) return undefined;
  const { pathname, search } = new URL(href); // an address that is not absolute is an error
  return pathname + search;
}

/** The entries of the current document and of as many archive pages before it as it takes to come to an event, oldest first. */
export async function atomSince(base: string, sequence: string, query: string): Promise<CloudEvent[]> {
  const events = new Map<string, CloudEvent>();
  for (let path: string | undefined = `/v1/events.atom?${query}`; path;) {
    const response = await get(base, path);
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}`);
    const feed = parse(await response.text());
    for (const entry of all(feed, 'entry')) {
      const event = JSON.parse(all(entry, 'content')[0]!.text) as CloudEvent;
      events.set(event.id, event);
    }
    const previous = link(feed, 'prev-archive');
    path = [...events.values()].some((event) => event.sequence <= sequence) ? undefined : previous;
  }
  return [...events.values()].filter((event) => event.sequence > sequence).toSorted((a, b) => (a.sequence < b.sequence ? -1 : 1));
}
