/** Finds names of a closed list in a page without making strings of them; the hash is gathered while a name is read. */
export type NameTable = {
  /** The name's place in the list, -1 for a name that is not in it. Case does not matter, as in HTML. */
  find(bytes: Uint8Array, start: number, end: number, hash: number): number;
};

/** One step of a name's hash; begin with 0. */
export function hashStep(hash: number, code: number): number {
  return (Math.imul(hash, 31) + (code | 0x20)) | 0;
}

export function createNameTable(names: readonly string[]): NameTable {
  const slots = new Int16Array(4_096).fill(-1);
  const mask = slots.length - 1;
  const codes = names.map((name) => new TextEncoder().encode(name));
  for (const [index, name] of names.entries()) {
    let slot = hashOf(name) & mask;
    while (slots[slot] !== -1) slot = (slot + 1) & mask;
    slots[slot] = index;
  }
  return {
    find(bytes, start, end, hash) {
      for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
        const index = slots[slot] ?? -1;
        if (index === -1 || isName(bytes, start, end, codes[index])) return index;
      }
    },
  };
}

function hashOf(name: string): number {
  let hash = 0;
  for (let index = 0; index < name.length; index++) hash = hashStep(hash, name.charCodeAt(index));
  return hash;
}

/** `name` is in lower case. */
function isName(bytes: Uint8Array, start: number, end: number, name: Uint8Array | undefined): boolean {
  if (name === undefined || end - start !== name.length) return false;
  for (let index = 0; index < name.length; index++) {
    const wanted = name[index] ?? 0;
    const code = bytes[start + index] ?? 0;
    if (code !== wanted && (wanted < 0x61 || (code ^ 0x20) !== wanted)) return false;
  }
  return true;
}
