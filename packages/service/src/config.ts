import { readFileSync } from 'node:fs';
import { NumfleetError } from '@numfleet/contracts';
import { redactText } from '@numfleet/privacy/redact';
import { type Config, foreignSettings, type Setting, type SettingName, settings } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration: the one place in which the process's environment is read.
 * Throws `config-invalid`, which names the variable, what was expected and, unless it is a secret, what was given.
 * An empty value counts as unset. A NUMFLEET_ name that does not exist is refused too: it is a misspelt one.
 * A secret may stand in a file instead, named by the variable's name with `_FILE` behind it.
 */
export function loadConfig(environment: Environment = process.env): Config {
  refuseUnknownNames(environment);
  const entries = Object.entries(settings).map(([name, setting]) => [
    name,
    read(name, setting, given(name, setting, environment)),
  ]);
  return Object.freeze(Object.fromEntries(entries)) as Config;
}

/** The value of an optional setting that this service cannot do without. Throws `config-invalid`. */
export function required<Name extends SettingName>(config: Config, name: Name): NonNullable<Config[Name]> {
  const value = config[name];
  if (value === undefined || value === null) {
    throw new NumfleetError('config-invalid', `${name} is not set. ${settings[name].about}`);
  }
  return value;
}

/** The environment of this process, for a parent that gives its children an explicit part of it. */
export function environment(): Environment {
  return process.env;
}

/** The variables of this process that a child is to have; those that are not set are left out. */
export function inheritedEnvironment(names: readonly string[], given: Environment = environment()) {
  const entries = names.map((name) => [name, given[name]] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}

/** Secrets are handed to containers as files: an environment is shown by too many tools. */
function given(name: string, setting: Setting, environment: Environment): string | undefined {
  const variable = fileVariable(name, setting);
  const file = variable === null ? undefined : environment[variable];
  if (!file) return environment[name];
  if (environment[name]) {
    throw new NumfleetError('config-invalid', `${name} and ${variable} are both set. Unset one of them.`);
  }
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new NumfleetError('config-invalid', `${variable}: ${file} cannot be read (${code}). ${setting.about}`);
  }
}

/** The name of the variable that may name a secret's file; null for what is no secret. */
function fileVariable(name: string, setting: Setting): string | null {
  return setting.secret ? `${name}_FILE` : null;
}

function read(name: string, setting: Setting, given: string | undefined): unknown {
  const parsed = setting.schema.safeParse(given === '' ? undefined : given);
  if (parsed.success) return parsed.data;
  const expected = parsed.error.issues.map((issue) => issue.message).join('; ');
  const shown = setting.secret ? 'a secret that is not shown' : redactText(JSON.stringify(given) ?? 'nothing').text;
  throw new NumfleetError('config-invalid', `${name}: ${expected} (given: ${shown}). ${setting.about}`);
}

function refuseUnknownNames(environment: Environment): void {
  const unknown = Object.keys(environment).filter(
    (name) =>
      name.startsWith('NUMFLEET_') && !(name in settings) && !isFileVariable(name) && !foreignSettings.test(name),
  );
  if (unknown.length === 0) return;
  const names = unknown.sort().join(', ');
  throw new NumfleetError('config-invalid', `${names}: no such setting. See docs/configuration.md for the names.`);
}

function isFileVariable(name: string): boolean {
  return Object.entries(settings).some(([ownName, setting]) => fileVariable(ownName, setting) === name);
}
