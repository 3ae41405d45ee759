import { PlainText } from './plain-text.js';

/** The reason of a decision. It is kept with the decision. */
export const Note = PlainText.trim().min(1, 'must say something').max(500);
