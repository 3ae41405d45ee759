import { readFileSync, writeFileSync } from 'node:fs';
import { participantTexts, withParticipants } from './participants/participant-texts.js';

for (const file of participantTexts) {
  const text = readFileSync(file, 'utf8');
  const written = withParticipants(text);
  if (written !== text) writeFileSync(file, written);
  console.log(`${file}: ${written === text ? 'has every participant' : 'written'}`);
}
