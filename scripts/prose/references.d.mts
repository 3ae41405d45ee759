import type { Fault, MarkdownPage } from './markdown-page.mjs';

export interface Project {
  pages: ReadonlyMap<string, MarkdownPage>;
  exists: (file: string) => boolean;
  read: (file: string) => string;
}

export function referenceFaults(file: string, page: MarkdownPage, project: Project): Fault[];
