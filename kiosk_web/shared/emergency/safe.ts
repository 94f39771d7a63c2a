/**
 * What a desk keeps for the hour when the server is away: sealed on the machine, and
 * readable only by whoever has logged in on it.
 *
 * A random key for each account seals the lists. It rests wrapped by a key that is
 * derived from the account's password, so that the password opens it without a server;
 * while somebody is logged in it lies beside their session, in this window alone, and
 * goes with it. Who merely sits down at the machine has neither.
 */

const WRAPPED = "houzhen.emergency.key.";
const OPEN = "houzhen.emergency.open";
const ROUNDS = 310_000;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;

export interface Safe {
  account: string;
  key: CryptoKey;
}

interface Wrapped {
  salt: string;
  rounds: number;
  box: string;
}

/** Over plain http from another machine a browser has no cryptography for pages. */
export const canSeal = (): boolean => globalThis.crypto?.subtle !== undefined;

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));

const aes = (raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);

async function fromPassword(
  password: string,
  salt: Uint8Array<ArrayBuffer>,
  rounds: number,
): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(password),
    "PBKDF2",
    false,
    ["deriveKey"],
  );
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds },
    typed,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

async function sealBytes(key: CryptoKey, plain: Uint8Array<ArrayBuffer>): Promise<string> {
  const iv = random(NONCE_BYTES);
  const body = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain);
  const box = new Uint8Array(NONCE_BYTES + body.byteLength);
  box.set(iv);
  box.set(new Uint8Array(body), NONCE_BYTES);
  return textOf(box);
}

async function openBytes(
  key: CryptoKey,
  box: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const all = bytesOf(box);
    const iv = all.slice(0, NONCE_BYTES);
    const body = all.slice(NONCE_BYTES);
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, body));
  } catch {
    // another key, or a hand in it: nothing in there is to be believed
    return undefined;
  }
}

export const seal = (safe: Safe, value: unknown): Promise<string> =>
  sealBytes(safe.key, new TextEncoder().encode(JSON.stringify(value)));

/** Undefined when it is not of this safe. */
export async function unseal<Value>(safe: Safe, box: string): Promise<Value | undefined> {
  const plain = await openBytes(safe.key, box);
  return plain && (JSON.parse(new TextDecoder().decode(plain)) as Value);
}

const openNow = (account: string, raw: Uint8Array): void =>
  sessionStorage.setItem(OPEN, JSON.stringify({ account, raw: textOf(raw) }));

/** Somebody has just logged in here; what they kept under this password opens again. */
export async function prepareSafe(account: string, password: string): Promise<void> {
  if (!canSeal() || (await openSafe(account, password))) return;
  const raw = random(32);
  const salt = random(SALT_BYTES);
  const box = await sealBytes(await fromPassword(password, salt, ROUNDS), raw);
  const wrapped: Wrapped = { salt: textOf(salt), rounds: ROUNDS, box };
  localStorage.setItem(WRAPPED + account, JSON.stringify(wrapped));
  openNow(account, raw);
}

/** Without the server: undefined when this account never logged in here, or not so. */
export async function openSafe(
  account: string,
  password: string,
): Promise<Safe | undefined> {
  const kept = localStorage.getItem(WRAPPED + account);
  if (kept === null || !canSeal()) return undefined;
  const { salt, rounds, box } = JSON.parse(kept) as Wrapped;
  const raw = await openBytes(await fromPassword(password, bytesOf(salt), rounds), box);
  if (raw === undefined) return undefined;
  openNow(account, raw);
  return { account, key: await aes(raw) };
}

/** The safe of whoever sits here now. A desk without log-ins has one for this window. */
export async function ownSafe(): Promise<Safe | undefined> {
  if (!canSeal()) return undefined;
  let kept = sessionStorage.getItem(OPEN);
  if (kept === null) {
    openNow("", random(32));
    kept = sessionStorage.getItem(OPEN) ?? "";
  }
  const { account, raw } = JSON.parse(kept) as { account: string; raw: string };
  return { account, key: await aes(bytesOf(raw)) };
}

export const closeSafe = (): void => sessionStorage.removeItem(OPEN);
