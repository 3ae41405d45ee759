export interface Fault {
  line: number;
  says: string;
}

export interface MarkdownPage {
  lines: { text: string; kind: 'prose' | 'table' | 'code' }[];
  /** Of paragraphs and list items. Headings, tables, code and quotes have none. */
  sentences: { line: number; text: string; words: number }[];
  /** Of headings, as GitHub makes them. */
  anchors: string[];
  links: { line: number; url: string }[];
  /** Code after `<!-- source: <file> -->`. */
  excerpts: { line: number; file: string; code: string }[];
}

export const LONGEST_SENTENCE: number;
export const MEAN_SENTENCE: number;
export function readPage(text: string): Promise<MarkdownPage>;
export function lengthFaults(page: MarkdownPage): Fault[];
export function meanSentence(page: MarkdownPage): number;
