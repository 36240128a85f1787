import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { deflateRawSync } from 'node:zlib';
import { findingLabels, findingSources, numberTypes } from '@numfleet/contracts';
import { reveal } from '@numfleet/privacy/reveal';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadKeys, type PlainFinding, sealFindings } from './index.ts';
import { generateKeys, loadInsideKeys, openFindings } from './inside-door.ts';
import { createPhoneNumber } from './phone-number-door.ts';
import { additionalData, info, suite } from './sealed-form.ts';
import { e164 } from './testing/e164.ts';

const context = { pageId: '17', leaseToken: '0190b6a2-7c1d-7f3e-9a41-5d2f8c7b6e10' };
let dir: string;
let publicKey: Buffer;
let privateKey: Buffer;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'numfleet-seal-'));
  await generateKeys(path.join(dir, 'keys'));
  publicKey = (await loadKeys(path.join(dir, 'keys'), ['sealing-public']))['sealing-public'];
  privateKey = (await loadInsideKeys(path.join(dir, 'keys'), ['sealing-private']))['sealing-private'];
});
afterAll(() => rm(dir, { recursive: true }));

describe('I3: sealFindings and openFindings', () => {
  test('G25: every finding comes out to the digit as it went in', async () => {
    const finding = fc.record({
      number: e164,
      region: fc.constantFrom('GB', 'CN', null),
      type: fc.constantFrom(...numberTypes),
      source: fc.constantFrom(...findingSources),
      label: fc.constantFrom(...findingLabels, null),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(finding, { maxLength: 20 }), async (plain) => {
        const findings = plain.map((one) => ({ ...one, number: createPhoneNumber(one.number) }));
        const sealed = await sealFindings({ publicKey, context, findings });
        const opened = await openFindings({ privateKey, context, sealed });
        expect(opened.map((one) => ({ ...one, number: reveal(one.number) }))).toEqual(plain);
      }),
      { numRuns: 50 },
    );
  });

  test('I2: opens for its own page and lease only, and not after a changed byte or under another key', async () => {
    const sealed = await sealFindings({ publicKey, context, findings: some(3) });
    const changed = Buffer.from(sealed, 'base64');
    changed[40] = (changed[40] ?? 0) ^ 1;
    const stranger = await suite.GenerateKeyPair(true);
    const attempts = [
      { privateKey, sealed, context: { ...context, pageId: '18' } },
      { privateKey, sealed, context: { ...context, leaseToken: '0190b6a2-7c1d-7f3e-9a41-5d2f8c7b6e11' } },
      { privateKey, sealed, context: { pageId: '17"', leaseToken: context.leaseToken } },
      { privateKey, sealed: changed.toString('base64'), context },
      { privateKey, sealed: '', context },
      { privateKey: Buffer.from(await suite.SerializePrivateKey(stranger.privateKey)), sealed, context },
    ];
    for (const attempt of attempts) await expect(openFindings(attempt)).rejects.toMatchObject({ code: 'seal-invalid' });
    await expect(openFindings({ privateKey, context, sealed })).resolves.toHaveLength(3);
  });

  test('I8: what opens but breaks the contract or its bounds is refused, and not quoted', async () => {
    const number = {
      number: '+442079460958',
      region: 'GB',
      type: 'mobile',
      source: 'text',
      label: null,
      confidence: 1,
    };
    const payloads = [
      Buffer.from('[{"number": +442079460958}]'),
      Buffer.from(JSON.stringify([{ ...number, number: '442079460958' }])),
      Buffer.from(JSON.stringify([{ ...number, extra: 1 }])),
      Buffer.from(JSON.stringify({ ...number })),
      Buffer.alloc(64 * 1_024 * 1_024, ' '),
    ];
    for (const payload of payloads) {
      const error: Error = await openFindings({ privateKey, context, sealed: await sealRaw(payload) }).then(
        () => expect.unreachable(),
        (reason) => reason,
      );
      expect(error).toMatchObject({ code: 'seal-invalid' });
      expect(error.cause).toBeUndefined();
      expect(error.stack).not.toContain('442079460958');
    }
    const control = await openFindings({
      privateKey,
      context,
      sealed: await sealRaw(Buffer.from(JSON.stringify([number]))),
    });
    expect(control).toHaveLength(1);
  });

  test('the length tells the number of findings only roughly', async () => {
    const lengths = await Promise.all([1, 2, 3].map(async (count) => await sealedBytes(count)));
    expect(new Set(lengths)).toEqual(new Set([32 + 256 + 16]));
    expect(((await sealedBytes(500)) - 48) % 256).toBe(0);
  });

  test('I8: too many findings are refused, not cut in silence', async () => {
    const sealing = sealFindings({ publicKey, context, findings: some(10_001) });
    await expect(sealing).rejects.toMatchObject({ code: 'result-too-large' });
  });

  test('works in a worker thread, with the key that was sent to it', async () => {
    const door = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
    const code = `
      const { parentPort, workerData } = require('node:worker_threads');
      Promise.all([import(${door('./index.ts')}), import(${door('./phone-number-door.ts')})]).then(async ([{ sealFindings }, { createPhoneNumber }]) => {
        const rest = { region: 'GB', type: 'mobile', source: 'tel', label: 'mobile', confidence: 1 };
        const findings = [{ number: createPhoneNumber('+442079460958'), ...rest }];
        parentPort.postMessage(await sealFindings({ ...workerData, findings }));
      });`;
    const worker = new Worker(code, { eval: true, workerData: { publicKey, context } });
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    worker.on('message', resolve).on('error', reject);
    try {
      const [finding] = await openFindings({ privateKey, context, sealed: await promise });
      expect(finding && reveal(finding.number)).toBe('+442079460958');
    } finally {
      await worker.terminate();
    }
  });
});

function some(count: number): PlainFinding[] {
  const rest = { region: 'GB', type: 'mobile', source: 'text', label: null, confidence: 0.5 } as const;
  return Array.from({ length: count }, (_, i) => ({ number: createPhoneNumber(`+44207946${1_000 + i}`), ...rest }));
}

async function sealedBytes(count: number): Promise<number> {
  return Buffer.from(await sealFindings({ publicKey, context, findings: some(count) }), 'base64').length;
}

/** Seals any bytes in the right form: what a compromised crawler could do. */
async function sealRaw(payload: Buffer): Promise<string> {
  const deflated = deflateRawSync(payload);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(deflated.length);
  const recipient = await suite.DeserializePublicKey(publicKey);
  const options = { info, aad: additionalData(context) };
  const { encapsulatedSecret, ciphertext } = await suite.Seal(recipient, Buffer.concat([length, deflated]), options);
  return Buffer.concat([encapsulatedSecret, ciphertext]).toString('base64');
}
