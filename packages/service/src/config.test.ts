import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NumfleetError } from '@numfleet/contracts';
import { afterAll, describe, expect, it } from 'vitest';
import { inheritedEnvironment, loadConfig, required, settings } from './index.ts';

function refusal(environment: Record<string, string>): NumfleetError {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof NumfleetError) return error;
  }
  throw new Error('the configuration was accepted');
}

describe('configuration', () => {
  it('has a default or a meaning of "unset" for every setting', () => {
    expect(Object.keys(loadConfig({}))).toEqual(Object.keys(settings));
    expect(loadConfig({}).NUMFLEET_WINDOW).toBe(128);
  });

  it('names the variable, what was expected and what was given', () => {
    const { code, message } = refusal({ NUMFLEET_CRAWLERS: 'many' });
    expect(code).toBe('config-invalid');
    expect(message).toContain('NUMFLEET_CRAWLERS');
    expect(message).toContain('"many"');
    expect(message).toMatch(/expected number/i);
  });

  it('I3: shows no phone number that was given where none belongs', () => {
    for (const name of ['NUMFLEET_CRAWLERS', 'NUMFLEET_CONSOLE_URL', 'NUMFLEET_LOG_LEVEL']) {
      const { message } = refusal({ [name]: 'tel:+44 117 496 0101' });
      expect(message).toContain(name);
      expect(message).toContain('[phone]');
      expect(message).not.toMatch(/117|0101/);
    }
  });

  it.each([
    ['NUMFLEET_CRAWLERS', '0'],
    ['NUMFLEET_CONSOLE_PORT', '70000'],
    ['NUMFLEET_LOG_LEVEL', 'loud'],
    ['REDIS_URL', 'http://example.test'],
    ['NUMFLEET_SERVICE_NAME', 'Crawler 1'],
  ])('refuses %s=%s', (name, value) => {
    expect(refusal({ [name]: value }).message).toContain(name);
  });

  it('does not show what was given where it is a secret', () => {
    const { message } = refusal({ DATABASE_URL: 'mysql://root:hunter2@db/x' });
    expect(message).toContain('DATABASE_URL');
    expect(message).not.toContain('hunter2');
  });

  it('refuses a misspelt name instead of ignoring it', () => {
    expect(refusal({ NUMFLEET_CONTCT: 'me@example.test' }).message).toContain('NUMFLEET_CONTCT');
    expect(() => loadConfig({ NUMFLEET_CORPORA: '/somewhere' })).not.toThrow();
  });

  it('takes an empty value for unset', () => {
    expect(loadConfig({ NUMFLEET_CONTACT: '' }).NUMFLEET_CONTACT).toBeUndefined();
  });

  it('asks for what a service cannot do without', () => {
    expect(() => required(loadConfig({}), 'DATABASE_URL')).toThrow(/DATABASE_URL is not set/);
  });

  it('hands a child only what is named', () => {
    expect(inheritedEnvironment(['PATH', 'TZ'], { PATH: '/bin', SECRET: 'x' })).toEqual({ PATH: '/bin' });
  });
});

describe('a secret in a file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'numfleet-config-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'database-url');
  writeFileSync(file, 'postgres://numfleet_sink:hunter2@db/numfleet\n');

  it('is read without the line break behind it', () => {
    expect(loadConfig({ DATABASE_URL_FILE: file }).DATABASE_URL).toBe('postgres://numfleet_sink:hunter2@db/numfleet');
    expect(loadConfig({ DATABASE_URL_FILE: '' }).DATABASE_URL).toBeUndefined();
  });

  it('is checked like one that is given, and shown as little', () => {
    const { message } = refusal({ REDIS_URL_FILE: file });
    expect(message).toContain('REDIS_URL');
    expect(message).not.toContain('hunter2');
  });

  it('is not given twice', () => {
    const { message } = refusal({ DATABASE_URL_FILE: file, DATABASE_URL: 'postgres://other:hunter3@db/numfleet' });
    expect(message).toBe('DATABASE_URL and DATABASE_URL_FILE are both set. Unset one of them.');
  });

  it('must be readable', () => {
    const missing = path.join(folder, 'missing');
    expect(refusal({ NUMFLEET_QUEUE_URL_FILE: missing }).message).toContain(
      `NUMFLEET_QUEUE_URL_FILE: ${missing} cannot be read (ENOENT)`,
    );
  });

  it('is for secrets only', () => {
    expect(refusal({ NUMFLEET_CONTACT_FILE: file }).message).toContain('no such setting');
  });
});
