import { eventCatalogue } from '../contracts/event-catalogue.js';
import { publishEvents } from './event-schemas/published-events.js';

const written = publishEvents('test/contract/events', eventCatalogue);
for (const file of written) console.log(`published ${file}`);
console.log(written.length === 0 ? 'every event is published as it is' : `${written.length} files written; commit them`);
