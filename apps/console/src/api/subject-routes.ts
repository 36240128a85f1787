import {
  eraseReport,
  eraseRequest,
  NumfleetError,
  numberTrace,
  shredCertificate,
  shredRequest,
  suppressReport,
  suppressRequest,
  traceRequest,
} from '@numfleet/contracts';
import type { PhoneNumber, UrlCodec } from '@numfleet/privacy';
import type { Certifier, NumberVault, Suppressor } from '@numfleet/privacy/inside';
import {
  eraseNumbers,
  recordAudit,
  type Store,
  type Subject,
  shredCampaign,
  suppressNumbers,
  traceNumber,
} from '@numfleet/store';
import type { LimitReveals } from '../exports/limit-reveals.ts';
import { certifyErasure } from '../subjects/certify-erasure.ts';
import { certifyShredding } from '../subjects/certify-shredding.ts';
import { drawTrace } from '../subjects/draw-trace.ts';
import { readNumber, requireRegion } from '../subjects/read-number.ts';
import { viewTrace } from '../subjects/view-trace.ts';
import { refuseNumbers } from './parse-input.ts';
import { type ApiRoute, valueRoute } from './route.ts';

export interface SubjectRouteDeps {
  store: Store;
  vault: NumberVault;
  suppressor: Suppressor;
  certifier: Certifier;
  urls: UrlCodec;
  limitReveals: LimitReveals;
  /** Drops the sealed results that were set aside: nobody can tell whose numbers are in them. */
  dropFailed: () => Promise<number>;
  now: () => Date;
}

/** What a person whose number it is may ask for. Numbers come in bodies, which nothing keeps. */
export function subjectRoutes(deps: SubjectRouteDeps): ApiRoute[] {
  return [trace(deps), erase(deps), suppress(deps), shred(deps)];
}

function trace({ store, urls, limitReveals, now, ...keys }: SubjectRouteDeps): ApiRoute {
  return valueRoute({
    method: 'POST',
    path: '/numbers/trace',
    summary:
      "A number's whole life: pages, times, workers, keys, exports, reveals, erasures. Itself audited, with its purpose.",
    body: traceRequest,
    answer: numberTrace,
    async handle({ body: { number: text, region, purpose, picture }, actor }) {
      refuseNumbers({ purpose });
      requireRegion(region);
      const number = readNumber(text, region);
      if (number === null)
        throw new NumfleetError('number-malformed', 'That is not one phone number. Is its country told?');
      await limitReveals(actor);
      const subject = subjectOf(number, keys);
      const traced = await traceNumber(store, subject);
      const { campaigns, sightingCount: sightings } = traced;
      const details = {
        subject: subject.suppressionIndex.toString('hex'),
        purpose,
        campaigns: campaigns.length,
        sightings,
      };
      await recordAudit(store, [{ at: now(), actor, action: 'number.traced', campaignId: null, details }]);
      const trace = viewTrace(number, traced, urls);
      return { ...trace, picture: picture ? drawTrace(trace) : null };
    },
  });
}

function erase({ store, certifier, dropFailed, now, ...keys }: SubjectRouteDeps): ApiRoute {
  return valueRoute({
    method: 'POST',
    path: '/numbers/erase',
    summary:
      'Take numbers away, with their extensions and sightings, and keep them from coming back. Gives a certificate.',
    body: eraseRequest,
    answer: eraseReport,
    async handle({ body: { numbers, region, reason }, actor }) {
      refuseNumbers({ reason });
      const { subjects, malformed } = readSubjects(numbers, region, keys);
      if (subjects.length === 0) return { certificate: null, malformed };
      const at = now();
      const erased = await store.transaction((tx) => eraseNumbers(tx, { subjects, reason, actor, now: at }));
      const queueDropped = await dropFailed();
      const suppressionIndexes = subjects.map((subject) => subject.suppressionIndex);
      const erasure = { at, actor, reason, suppressionIndexes, erased, queueDropped };
      return { certificate: certifyErasure(erasure, certifier), malformed };
    },
  });
}

function suppress({ store, now, ...keys }: SubjectRouteDeps): ApiRoute {
  return valueRoute({
    method: 'POST',
    path: '/suppressions',
    summary: 'Keep numbers from being stored from now on, such as those of an opt-out list.',
    body: suppressRequest,
    answer: suppressReport,
    async handle({ body: { numbers, region }, actor }) {
      const { subjects, malformed } = readSubjects(numbers, region, keys);
      if (subjects.length === 0) return { added: 0, known: 0, malformed };
      const added = await store.transaction((tx) => suppressNumbers(tx, { subjects, actor, now: now() }));
      return { added, known: subjects.length - added, malformed };
    },
  });
}

function shred({ store, certifier, now }: SubjectRouteDeps): ApiRoute {
  return valueRoute({
    method: 'POST',
    path: '/campaigns/{campaign}/shred',
    summary: "Take a campaign's key away, with all that it found, and end it. Gives a certificate.",
    body: shredRequest,
    answer: shredCertificate,
    async handle({ campaignId: campaign, body: { reason }, actor }) {
      refuseNumbers({ reason });
      const at = now();
      const shredded = await store.transaction((tx) =>
        shredCampaign(tx, { campaignId: campaign, reason, actor, now: at }),
      );
      return certifyShredding({ at, actor, reason, campaign, shredded }, certifier);
    },
  });
}

type Keys = Pick<SubjectRouteDeps, 'vault' | 'suppressor'>;

/** Each number once, and the places of what is none. */
function readSubjects(numbers: readonly string[], region: string | null, keys: Keys) {
  requireRegion(region);
  const subjects = new Map<string, Subject>();
  const malformed: number[] = [];
  for (const [place, text] of numbers.entries()) {
    const number = readNumber(text, region);
    if (number === null) {
      malformed.push(place);
      continue;
    }
    const subject = subjectOf(number, keys);
    subjects.set(subject.suppressionIndex.toString('hex'), subject);
  }
  return { subjects: [...subjects.values()], malformed };
}

/** A line with all of its extensions. */
function subjectOf(number: PhoneNumber, { vault, suppressor }: Keys): Subject {
  return {
    lineIndex: vault.lineIndex(number) ?? vault.blindIndex(number),
    suppressionIndex: suppressor.indexOf(number),
  };
}
