import { PlainText } from './plain-text.js';

/** Why somebody has decided so; kept with the decision. */
export const Note = PlainText.trim().min(1, 'must say something').max(500);
