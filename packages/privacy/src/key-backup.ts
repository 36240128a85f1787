import { NumfleetError } from '@numfleet/contracts';
import {
  findKeyFileAt,
  formatKeyFile,
  isLater,
  type KeyFile,
  type KeyName,
  keyFilePath,
  keyNames,
  type LaterKeyName,
  parseKeyFile,
  passingKeyName,
  readKeyFile,
} from './key-file.ts';
import { readMasterKey } from './key-provider.ts';

/** The keys of a backup; one of an older Numfleet has fewer. */
export type KeySet = Readonly<
  Record<Exclude<KeyName, LaterKeyName>, KeyFile> & Partial<Record<LaterKeyName | typeof passingKeyName, KeyFile>>
>;

/**
 * All keys of the folder, with the master key as `loadMasterKey` takes it, as one text, encrypted under a passphrase in the age format (age-encryption.org/v1, scrypt with
 * 2¹⁸ rounds, about 2 s): whoever has `age` gets the key files out of it without Numfleet, a line each. Throws
 * `key-missing` or `key-wrong`.
 */
export async function packKeys(dir: string, passphrase: string, masterKey?: string): Promise<string> {
  const keyOf = (name: KeyName) => (name === 'number-storage' ? readMasterKey(dir, masterKey) : readKeyFile(dir, name));
  const files = await Promise.all(keyNames.map(async (name) => formatKeyFile(name, await keyOf(name))));
  const previous = await findKeyFileAt(keyFilePath(dir, passingKeyName), passingKeyName);
  if (previous !== null) files.push(formatKeyFile(passingKeyName, previous));
  const { armor, Encrypter } = await loadAge();
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  return armor.encode(await encrypter.encrypt(files.join('')));
}

/** The keys of a backup. Throws `passphrase-wrong` or `backup-damaged`. */
export async function unpackKeys(text: string, passphrase: string): Promise<KeySet> {
  const lines = (await decrypt(text, passphrase)).trimEnd().split('\n');
  try {
    const keys = ([...keyNames, passingKeyName] as const).flatMap((name, index) => {
      const line = lines[index];
      return line === undefined && (name === passingKeyName || isLater(name))
        ? []
        : [[name, parseKeyFile(line ?? '', name)] as const];
    });
    return Object.fromEntries(keys) as unknown as KeySet;
  } catch {
    throw damaged();
  }
}

async function decrypt(text: string, passphrase: string): Promise<string> {
  const { armor, Decrypter } = await loadAge();
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return await decrypter.decrypt(armor.decode(text), 'text');
  } catch (error) {
    // The library has no codes. What it says of a passphrase it says of a changed salt as well.
    if (!String(error).includes('no identity matched')) throw damaged();
    const message =
      'The passphrase does not open this backup. If it is the right one, the head of the file was changed.';
    throw new NumfleetError('passphrase-wrong', message);
  }
}

/** Not loaded with this room: it takes 80 ms of the start of a service, none of which makes backups. */
const loadAge = () => import('age-encryption');

function damaged(): NumfleetError {
  return new NumfleetError('backup-damaged', 'That is no backup of keys, or it is cut or changed. Use another copy.');
}
