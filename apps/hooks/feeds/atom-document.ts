import { createHash } from 'node:crypto';
import { create } from 'xmlbuilder2';
import { cloudEventType } from '../../../contracts/event/cloud-event.js';
import type { LoggedEvent } from '../../../libs/messaging/event/logged-event.js';
import { publicUrl } from '../../../libs/config/public-url.js';
import { unchangingEventJson } from './feed-rendering.js';

export interface AtomDocumentOptions {
  /** The permanent identity of the installation, which is part of the id of the feed. */
  installation: string;
  /** In order of position. The document lists the newest first. */
  events: readonly LoggedEvent[];
  /** Paths of the document itself, of the current one, and of the archive pages beside it. */
  self: string;
  current: string;
  previous?: string;
  next?: string;
  archive?: boolean;
}

const ATOM = 'http://www.w3.org/2005/Atom';
const HISTORY = 'http://purl.org/syndication/history/1.0';
const MEDIA_TYPE = 'application/atom+xml';

/** An Atom document (RFC 4287) of an archived feed (RFC 5005). The same events give the same bytes. */
export function atomDocument({ installation, events, self, current, previous, next, archive }: AtomDocumentOptions): string {
  const newest = events.at(-1);
  const feed = create({ version: '1.0', encoding: 'UTF-8' }).ele(ATOM, 'feed');
  if (archive) feed.att('http://www.w3.org/2000/xmlns/', 'xmlns:fh', HISTORY);
  feed.ele('id').txt(feedId(installation, current));
  feed.ele('title').txt('Roundtrip events');
  feed.ele('updated').txt((newest?.recordedAt ?? new Date(0)).toISOString());
  feed.ele('author').ele('name').txt('Roundtrip');
  if (archive) feed.ele(HISTORY, 'fh:archive');
  const links = { self, current, 'prev-archive': previous, 'next-archive': next };
  for (const [rel, href] of Object.entries(links)) if (href) feed.ele('link', { rel, type: MEDIA_TYPE, href: publicUrl(href) });

  for (const event of events.toReversed()) {
    const type = cloudEventType(event.type, event.typeVersion);
    const entry = feed.ele('entry');
    entry.ele('id').txt(`urn:uuid:${event.eventId}`);
    entry.ele('title').txt(writable(`${event.type} ${event.subject}`));
    entry.ele('published').txt(event.occurredAt.toISOString());
    entry.ele('updated').txt(event.recordedAt.toISOString());
    entry.ele('category', { term: type });
    entry.ele('link', { rel: 'alternate', type: 'application/cloudevents+json', href: publicUrl(`/v1/events/${event.eventId}`) });
    // RFC 4287 requires Base64 for a media type that is neither text nor XML. As plain text the content stays readable.
    entry.ele('content', { type: 'text' }).txt(xmlSafeJson(unchangingEventJson(event)!));
  }
  return feed.end();
}

/** The id of a feed, the same in all its documents. Each filter and each installation has its own feed. */
function feedId(installation: string, current: string): string {
  const hash = createHash('sha256').update(`${installation} ${current}`).digest('hex');
  return `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** JSON escapes all characters that XML 1.0 forbids except two. This escapes those as well. */
const xmlSafeJson = (json: string): string =>
  literally(json.replaceAll(/[\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`));

/** Text without the characters that XML 1.0 forbids. */
const writable = (text: string): string =>
  literally(text.replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, ''));

/** The builder parses text as markup and would read `&amp;` as `&`. */
const literally = (text: string): string => text.replaceAll('&', '&amp;');
