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
export const link = (feed: Element, rel: string) =>
  all(feed, 'link').find(({ attributes }) => attributes['rel'] === rel)?.attributes['href'];
