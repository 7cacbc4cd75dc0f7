/**
 * Vouchers of payment channels: what a payer signs off chain and a payee claims with. The twin of the
 * Rust crate `payment-vouchers`.
 */
import type { Registry } from '@polkadot/types/types';
import { hexToU8a, stringToU8a, u8aConcat, u8aEq, u8aToHex } from '@polkadot/util';
import {
	blake2AsU8a,
	decodeAddress,
	ed25519Verify,
	secp256k1Recover,
	sha256AsU8a,
	sr25519Verify,
} from '@polkadot/util-crypto';
import { isReady, sr25519Verify as sr25519VerifyWasm } from '@polkadot/wasm-crypto';

/** The hash of a lock. */
export type LockKind = 'Blake2' | 'Sha2';

/** A further amount for whoever knows a preimage. */
export interface HashLock {
	readonly kind: LockKind;
	/** In hex. */
	readonly hash: string;
	/** On top of the voucher's. */
	readonly amount: bigint;
	/** Block of the relay chain from which on the preimage is worth nothing. */
	readonly expiresAt: number;
}

/** A payer's promise. Field order and types are what is signed. */
export interface Voucher {
	/** Number of the channel that pays. */
	readonly channel: bigint;
	/** Address of its payee. */
	readonly payee: string;
	/** All that the payee may have claimed, the lock apart, in the smallest unit. */
	readonly amount: bigint;
	/** Number of the voucher. Only the amount orders vouchers. */
	readonly nonce: bigint;
	readonly lock: HashLock | null;
}

/** A voucher and its signature in hex, whose first byte is the kind of key. */
export interface SignedVoucher {
	readonly voucher: Voucher;
	readonly signature: string;
}

/** What the payee brings to the chain, as the calls take it. */
export interface Claim {
	readonly signed: SignedVoucher;
	/** In hex. */
	readonly preimage: string | null;
}

/** Whose signature counts: the payer's account, or the key named at opening with its kind. */
export type Signer =
	| { readonly account: string }
	| { readonly key: string; readonly kind: KeyKind };

/** The kinds of keys that sign vouchers, in the order of their numbers. */
export const KEY_KINDS = ['ed25519', 'sr25519', 'ecdsa'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** What signs vouchers: a pair of the keyring, for one. */
export interface VoucherKey {
	/** The signature, behind a byte for its kind. */
	sign(message: Uint8Array, options: { withType: true }): Uint8Array;
}

/**
 * Whether `signature`, without the byte for its kind, is one for exactly these bytes. `key` is a
 * public key or an account. May be stricter than the chain, never laxer.
 */
export type Verify = (
	kind: KeyKind,
	payload: Uint8Array,
	signature: Uint8Array,
	key: Uint8Array,
) => boolean;

/** A channel as both parties find it on chain. */
export interface Terms {
	/** Genesis hash of the chain. */
	readonly genesis: Uint8Array;
	readonly channel: bigint;
	/** Its address, or the account in hex, which is faster to work with. */
	readonly payee: string;
	readonly signer: Signer;
	/** All that was ever deposited. */
	deposit: bigint;
}

const OPEN = stringToU8a('<Bytes>ai-compute-pbc/voucher/v1');
const CLOSE = stringToU8a('</Bytes>');
/** Highest balance. */
const MAX = (1n << 128n) - 1n;

const LOCK_KINDS: readonly LockKind[] = ['Blake2', 'Sha2'];
/** Where the option of a lock is in an encoded voucher, and where its amount is. */
const LOCK = 64;
const LOCK_AMOUNT = LOCK + 2 + 32;

/** Writes fields, integers little-endian. Throws where a value is none of its type: nothing is cut. */
class Writer {
	readonly bytes: Uint8Array;
	readonly #view: DataView;

	constructor(length: number) {
		this.bytes = new Uint8Array(length);
		this.#view = new DataView(this.bytes.buffer);
	}

	u32(at: number, value: number): void {
		if (value !== value >>> 0) throw new RangeError(`${value} is no u32`);
		this.#view.setUint32(at, value, true);
	}

	u64(at: number, value: bigint): void {
		if (value !== BigInt.asUintN(64, value)) throw new RangeError(`${value} is no u64`);
		this.#view.setBigUint64(at, value, true);
	}

	u128(at: number, value: bigint): void {
		if (value !== BigInt.asUintN(128, value)) throw new RangeError(`${value} is no u128`);
		this.u64(at, BigInt.asUintN(64, value));
		this.u64(at + 8, value >> 64n);
	}

	/** Exactly 32 bytes. */
	bytes32(at: number, value: Uint8Array): void {
		if (value.length !== 32) throw new RangeError(`${value.length} bytes in place of 32`);
		this.bytes.set(value, at);
	}
}

/** SCALE of a voucher: what `docs/payments.md` says byte by byte. */
export function encodeVoucher({ channel, payee, amount, nonce, lock }: Voucher): Uint8Array {
	const writer = new Writer(lock ? LOCK_AMOUNT + 16 + 4 : LOCK + 1);
	writer.u64(0, channel);
	writer.bytes32(8, payee.startsWith('0x') ? hexToU8a(payee) : decodeAddress(payee));
	writer.u128(40, amount);
	writer.u64(56, nonce);
	if (lock) {
		const kind = LOCK_KINDS.indexOf(lock.kind);
		if (kind < 0) throw new RangeError(`no lock is ${lock.kind}`);
		writer.bytes[LOCK] = 1;
		writer.bytes[LOCK + 1] = kind;
		writer.bytes32(LOCK + 2, hexToU8a(lock.hash));
		writer.u128(LOCK_AMOUNT, lock.amount);
		writer.u32(LOCK_AMOUNT + 16, lock.expiresAt);
	}
	return writer.bytes;
}

/** The bytes that a payer signs for `voucher` on the chain with that genesis. */
export function voucherPayload(genesis: Uint8Array, voucher: Voucher): Uint8Array {
	return u8aConcat(OPEN, genesis, encodeVoucher(voucher), CLOSE);
}

/** Signs a voucher with the payer's key or the one named at opening. */
export function signVoucher(
	genesis: Uint8Array,
	pair: VoucherKey,
	voucher: Voucher,
): SignedVoucher {
	const payload = voucherPayload(genesis, voucher);
	return { voucher, signature: u8aToHex(pair.sign(payload, { withType: true })) };
}

/**
 * {@link Verify} for every platform. Not `signatureVerify` of the toolkit: that takes signatures of
 * the payload without its wrapping too, which the chain refuses.
 */
export const verifySignature: Verify = (kind, payload, signature, key) => {
	switch (kind) {
		case 'ed25519':
			return ed25519Verify(payload, signature, key);
		case 'sr25519':
			// Eight times as fast, once somebody has waited for `cryptoWaitReady`.
			return isReady()
				? sr25519VerifyWasm(signature, payload, key)
				: sr25519Verify(payload, signature, key);
		case 'ecdsa': {
			const signed = blake2AsU8a(payload, 256);
			const recovered = secp256k1Recover(signed, signature, signature[64] ?? -1);
			return u8aEq(key.length === 33 ? recovered : blake2AsU8a(recovered, 256), key);
		}
	}
};

/** Whether `signer` has signed a voucher for the chain with that genesis. */
export function isSignedBy(
	genesis: Uint8Array,
	signer: Signer,
	{ voucher, signature }: SignedVoucher,
	verify = verifySignature,
): boolean {
	const bytes = hexToU8a(signature);
	const kind = KEY_KINDS[bytes[0] ?? -1];
	if (!kind || bytes.length !== (kind === 'ecdsa' ? 66 : 65)) return false;
	if ('kind' in signer && signer.kind !== kind) return false;
	try {
		const payload = voucherPayload(genesis, voucher);
		const key = 'kind' in signer ? hexToU8a(signer.key) : decodeAddress(signer.account);
		return verify(kind, payload, bytes.subarray(1), key);
	} catch {
		return false;
	}
}

/** The hash of a preimage. */
export function lockHash(kind: LockKind, preimage: Uint8Array): Uint8Array {
	return kind === 'Blake2' ? blake2AsU8a(preimage, 256) : sha256AsU8a(preimage);
}

/** A lock of `amount` that `preimage` opens until the relay chain's block `expiresAt`. */
export function lockWith(
	kind: LockKind,
	preimage: Uint8Array,
	amount: bigint,
	expiresAt: number,
): HashLock {
	return { kind, hash: u8aToHex(lockHash(kind, preimage)), amount, expiresAt };
}

/** Whether `preimage` opens a lock. */
export function opensWith(lock: HashLock, preimage: Uint8Array): boolean {
	return preimage.length === 32 && u8aEq(lockHash(lock.kind, preimage), hexToU8a(lock.hash));
}

/** All that the payee may have claimed once it knows the preimage. */
export function total(voucher: Voucher): bigint {
	const sum = voucher.amount + (voucher.lock?.amount ?? 0n);
	return sum > MAX ? MAX : sum;
}

/** Why one side of a channel makes or takes no voucher. */
export class VoucherRefused extends Error {
	readonly reason:
		| 'DepositExhausted'
		| 'LockPending'
		| 'NoLock'
		| 'WrongPreimage'
		| 'LockLive'
		| 'OtherChannel'
		| 'OtherPayee'
		| 'UnknownChannel'
		| 'AboveDeposit'
		| 'TooLittle'
		| 'LockDropped'
		| 'ExpiresTooSoon'
		| 'BadSignature';

	constructor(reason: VoucherRefused['reason']) {
		super(reason);
		this.name = 'VoucherRefused';
		this.reason = reason;
	}
}

/**
 * The payer's side of a channel: how much it has signed for.
 *
 * Keep `state` where it survives a crash, before a voucher leaves the house.
 */
export class Issuer {
	readonly terms: Terms;
	#amount: bigint;
	#nonce: bigint;
	#lock: HashLock | null;

	constructor(terms: Terms, state?: Issuer['state']) {
		this.terms = terms;
		this.#amount = state?.amount ?? 0n;
		this.#nonce = state?.nonce ?? 0n;
		this.#lock = state?.lock ?? null;
	}

	/** What is promised without any condition, the last voucher's number, and the pending lock. */
	get state(): { amount: bigint; nonce: bigint; lock: HashLock | null } {
		return { amount: this.#amount, nonce: this.#nonce, lock: this.#lock };
	}

	/** What further vouchers can add. */
	get left(): bigint {
		const left = this.terms.deposit - this.#amount - (this.#lock?.amount ?? 0n);
		return left > 0n ? left : 0n;
	}

	/** The next voucher, for `more` on top of all that was promised. A pending lock goes on in it. */
	pay(more: bigint): Voucher {
		if (more < 0n || more > this.left) throw new VoucherRefused('DepositExhausted');
		this.#amount += more;
		return this.#next();
	}

	/** The next voucher, which promises the lock's amount on top for its preimage. */
	lockUp(lock: HashLock): Voucher {
		if (this.#lock) throw new VoucherRefused('LockPending');
		if (lock.amount > this.left) throw new VoucherRefused('DepositExhausted');
		this.#lock = lock;
		return this.#next();
	}

	/** The payee has shown the preimage: the next voucher promises the amount without condition. */
	unlock(preimage: Uint8Array): Voucher {
		if (!this.#lock) throw new VoucherRefused('NoLock');
		if (!opensWith(this.#lock, preimage)) throw new VoucherRefused('WrongPreimage');
		this.#amount += this.#lock.amount;
		this.#lock = null;
		return this.#next();
	}

	/** Takes back a lock that has expired. Before that the payee can still claim it. */
	dropLock(relayNow: number): void {
		if (!this.#lock) throw new VoucherRefused('NoLock');
		if (relayNow < this.#lock.expiresAt) throw new VoucherRefused('LockLive');
		this.#lock = null;
	}

	#next(): Voucher {
		this.#nonce += 1n;
		const { channel, payee } = this.terms;
		return { channel, payee, amount: this.#amount, nonce: this.#nonce, lock: this.#lock };
	}
}

/** What a voucher added: without condition, and for a preimage. */
export interface Gain {
	readonly paid: bigint;
	readonly locked: bigint;
}

/** How a payee judges a voucher. */
export interface Demands {
	/**
	 * What it should add at least without condition: what work is done for. A lock is worth nothing to
	 * who does not know its preimage.
	 */
	readonly paid: bigint;
	/** What it should add at least for a preimage. */
	readonly locked?: bigint;
	/** Present block of the relay chain. */
	readonly relayNow: number;
	/** How many of its blocks a new lock must have left. */
	readonly margin: number;
}

/**
 * The payee's side of a channel: its best voucher.
 *
 * Keep `best` and `locked` where they survive a crash, before the work that was paid for is done.
 */
export class Receiver {
	readonly terms: Terms;
	readonly #verify: Verify;
	#best: SignedVoucher | null = null;
	#locked: SignedVoucher | null = null;
	#claimed: bigint;

	constructor(terms: Terms, claimed = 0n, verify = verifySignature) {
		this.terms = terms;
		this.#claimed = claimed;
		this.#verify = verify;
	}

	/** The best voucher. */
	get best(): SignedVoucher | null {
		return this.#best;
	}

	/** The voucher with the pending lock. */
	get locked(): SignedVoucher | null {
		return this.#locked;
	}

	/** All that can be claimed without a preimage, or was. */
	get amount(): bigint {
		const best = this.#best?.voucher.amount ?? 0n;
		return best > this.#claimed ? best : this.#claimed;
	}

	/** What a claim would pay now, before the platform's fee. */
	get unclaimed(): bigint {
		return this.amount - this.#claimed;
	}

	/** Notes that the chain has paid up to `claimed`. */
	claimed(claimed: bigint): void {
		if (claimed > this.#claimed) this.#claimed = claimed;
		this.#forgetReplacedLock();
	}

	/** Checks a voucher and keeps it if it adds enough. Cheap checks come first. */
	accept(signed: SignedVoucher, demands: Demands): Gain {
		const { voucher } = signed;
		const { relayNow, margin } = demands;
		if (voucher.channel !== this.terms.channel) throw new VoucherRefused('OtherChannel');
		if (!sameAccount(voucher.payee, this.terms.payee)) throw new VoucherRefused('OtherPayee');
		if (total(voucher) > this.terms.deposit) throw new VoucherRefused('AboveDeposit');
		const pending = this.#pendingLock(relayNow);
		const paid = positive(voucher.amount - this.amount);
		const locked = positive((voucher.lock?.amount ?? 0n) - (pending?.amount ?? 0n));
		const isEnough = paid >= demands.paid && locked >= (demands.locked ?? 0n);
		if (paid + locked === 0n || !isEnough || voucher.amount < this.amount) {
			throw new VoucherRefused('TooLittle');
		}
		const newLock = voucher.lock && !isSameLock(voucher.lock, pending) ? voucher.lock : null;
		if (newLock && newLock.expiresAt < relayNow + margin) {
			throw new VoucherRefused('ExpiresTooSoon');
		}
		if (this.#dropsLiveLock(voucher, relayNow)) throw new VoucherRefused('LockDropped');
		const { genesis, signer } = this.terms;
		if (!isSignedBy(genesis, signer, signed, this.#verify)) {
			throw new VoucherRefused('BadSignature');
		}
		if (!this.#best || voucher.amount > this.amount) this.#best = signed;
		if (voucher.lock) this.#locked = signed;
		this.#forgetReplacedLock();
		return { paid, locked };
	}

	/** Whether `preimage` opens the pending lock. */
	opens(preimage: Uint8Array): boolean {
		const lock = this.#locked?.voucher.lock;
		return lock ? opensWith(lock, preimage) : false;
	}

	/** What to bring to the chain: the best voucher. */
	claim(): Claim | null {
		return this.#best && this.unclaimed > 0n ? { signed: this.#best, preimage: null } : null;
	}

	/**
	 * What to bring to the chain: the pending lock with what opens it, while it lasts at the relay
	 * chain's block `relayNow`, else the best voucher.
	 */
	claimWith(preimage: Uint8Array, relayNow: number): Claim | null {
		if (this.#locked && this.#pendingLock(relayNow) && this.opens(preimage)) {
			return { signed: this.#locked, preimage: u8aToHex(preimage) };
		}
		return this.claim();
	}

	/** The lock that can still be opened. */
	#pendingLock(relayNow: number): HashLock | null {
		const lock = this.#locked?.voucher.lock ?? null;
		return lock && relayNow < lock.expiresAt ? lock : null;
	}

	#dropsLiveLock(voucher: Voucher, relayNow: number): boolean {
		const pending = this.#pendingLock(relayNow);
		if (!this.#locked || !pending) return false;
		const { kind, hash, amount, expiresAt } = pending;
		const next = voucher.lock;
		const isCarried =
			next !== null &&
			next.kind === kind &&
			next.hash === hash &&
			next.amount >= amount &&
			next.expiresAt >= expiresAt;
		return !isCarried && voucher.amount < total(this.#locked.voucher);
	}

	#forgetReplacedLock(): void {
		if (this.#locked && total(this.#locked.voucher) <= this.amount) this.#locked = null;
	}
}

/** The payee's side of many channels. */
export class VoucherBook {
	readonly #channels = new Map<bigint, Receiver>();

	/** Adds a channel, or replaces it. */
	add(receiver: Receiver): void {
		this.#channels.set(receiver.terms.channel, receiver);
	}

	/** Forgets a channel. */
	remove(channel: bigint): void {
		this.#channels.delete(channel);
	}

	get(channel: bigint): Receiver | undefined {
		return this.#channels.get(channel);
	}

	/** `accept` of the channel that the voucher names. */
	accept(signed: SignedVoucher, demands: Demands): Gain {
		const receiver = this.get(signed.voucher.channel);
		if (!receiver) throw new VoucherRefused('UnknownChannel');
		return receiver.accept(signed, demands);
	}

	/** The best vouchers of up to `most` channels for one `claim_many`, those first that pay most. */
	claims(most: number): Claim[] {
		return [...this.#channels.values()]
			.filter((receiver) => receiver.unclaimed > 0n)
			.sort((a, b) => (a.unclaimed > b.unclaimed ? -1 : a.unclaimed < b.unclaimed ? 1 : 0))
			.slice(0, most)
			.flatMap((receiver) => receiver.claim() ?? []);
	}
}

/** A signed voucher as an argument of a call. */
export function signedVoucherArgument(registry: Registry, signed: SignedVoucher) {
	const signature = registry.createType('MultiSignature', hexToU8a(signed.signature));
	return { voucher: signed.voucher, signature };
}

/** A claim as an argument of `claim`, `claim_many` and `close`. */
export function claimArgument(registry: Registry, claim: Claim) {
	return { signed: signedVoucherArgument(registry, claim.signed), preimage: claim.preimage };
}

const positive = (amount: bigint) => (amount > 0n ? amount : 0n);
const isSameLock = (one: HashLock, other: HashLock | null) =>
	other !== null &&
	one.kind === other.kind &&
	one.hash === other.hash &&
	one.amount === other.amount &&
	one.expiresAt === other.expiresAt;

function sameAccount(a: string, b: string): boolean {
	return a === b || u8aEq(decodeAddress(a), decodeAddress(b));
}
