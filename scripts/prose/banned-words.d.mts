import type { Fault } from './markdown-page.mjs';

export interface BannedWord {
  pattern: RegExp;
  instead: string;
}

export function readBannedWords(list: string): BannedWord[];
export function bannedWordFaults(text: string, words: BannedWord[]): Fault[];
