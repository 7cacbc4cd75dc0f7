/**
 * Vouchers of payment channels: what a payer signs off chain and a payee claims with. The twin of the
 * Rust crate `payment-vouchers`.
 */
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Registry } from '@polkadot/types/types';
import { hexToU8a, stringToU8a, u8aConcat, u8aEq, u8aToHex } from '@polkadot/util';
import { blake2AsU8a, decodeAddress, sha256AsU8a, signatureVerify } from '@polkadot/util-crypto';

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
	| { readonly key: string; readonly kind: 'ed25519' | 'sr25519' | 'ecdsa' };

/** A channel as both parties find it on chain. */
export interface Terms {
	/** Genesis hash of the chain. */
	readonly genesis: Uint8Array;
	readonly channel: bigint;
	readonly payee: string;
	readonly signer: Signer;
	/** All that was ever deposited. */
	deposit: bigint;
}

const FIELDS = {
	channel: 'u64',
	payee: 'AccountId32',
	amount: 'u128',
	nonce: 'u64',
	lock: 'Option<PaymentHashLock>',
} as const satisfies Record<keyof Voucher, string>;

const LOCK_FIELDS = {
	kind: 'PaymentLockKind',
	hash: '[u8; 32]',
	amount: 'u128',
	expiresAt: 'u32',
} as const satisfies Record<keyof HashLock, string>;

const OPEN = stringToU8a('<Bytes>ai-compute-pbc/voucher/v1');
const CLOSE = stringToU8a('</Bytes>');
const KINDS = ['ed25519', 'sr25519', 'ecdsa'] as const;
/** Highest balance. */
const MAX = (1n << 128n) - 1n;

function withTypes(registry: Registry): Registry {
	if (!registry.hasType('PaymentHashLock')) {
		registry.register({
			PaymentLockKind: { _enum: ['Blake2', 'Sha2'] },
			PaymentHashLock: LOCK_FIELDS,
			PaymentVoucher: FIELDS,
		});
	}
	return registry;
}

/** SCALE of a voucher. */
export function encodeVoucher(registry: Registry, voucher: Voucher): Uint8Array {
	return withTypes(registry).createType('PaymentVoucher', voucher).toU8a();
}

/** The bytes that a payer signs for `voucher` on the chain with that genesis. */
export function voucherPayload(
	registry: Registry,
	genesis: Uint8Array,
	voucher: Voucher,
): Uint8Array {
	return u8aConcat(OPEN, genesis, encodeVoucher(registry, voucher), CLOSE);
}

/** Signs a voucher with the payer's key or the one named at opening. */
export function signVoucher(
	registry: Registry,
	genesis: Uint8Array,
	pair: KeyringPair,
	voucher: Voucher,
): SignedVoucher {
	const payload = voucherPayload(registry, genesis, voucher);
	return { voucher, signature: u8aToHex(pair.sign(payload, { withType: true })) };
}

/** Whether `signer` has signed a voucher for the chain with that genesis. */
export function isSignedBy(
	registry: Registry,
	genesis: Uint8Array,
	signer: Signer,
	{ voucher, signature }: SignedVoucher,
): boolean {
	const bytes = hexToU8a(signature);
	const kind = KINDS[bytes[0] ?? -1];
	if (!kind || bytes.length !== (kind === 'ecdsa' ? 66 : 65)) return false;
	if ('kind' in signer && signer.kind !== kind) return false;
	const payload = voucherPayload(registry, genesis, voucher);
	try {
		const key = 'kind' in signer ? hexToU8a(signer.key) : decodeAddress(signer.account);
		const result = signatureVerify(payload, bytes, key);
		return result.isValid && result.crypto === kind;
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
	/** What it should add at least, without condition or for a preimage. */
	readonly least: bigint;
	/** Present block of the relay chain. */
	readonly relayNow: number;
	/** How many of its blocks a lock must have left. */
	readonly margin: number;
}

/**
 * The payee's side of a channel: its best voucher.
 *
 * Keep `best` and `locked` where they survive a crash, before the work that was paid for is done.
 */
export class Receiver {
	readonly registry: Registry;
	readonly terms: Terms;
	#best: SignedVoucher | null = null;
	#locked: SignedVoucher | null = null;
	#claimed: bigint;

	constructor(registry: Registry, terms: Terms, claimed = 0n) {
		this.registry = registry;
		this.terms = terms;
		this.#claimed = claimed;
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
	accept(signed: SignedVoucher, { least, relayNow, margin }: Demands): Gain {
		const { voucher } = signed;
		if (voucher.channel !== this.terms.channel) throw new VoucherRefused('OtherChannel');
		if (!sameAccount(voucher.payee, this.terms.payee)) throw new VoucherRefused('OtherPayee');
		if (total(voucher) > this.terms.deposit) throw new VoucherRefused('AboveDeposit');
		const pending = this.#locked ? total(this.#locked.voucher) : 0n;
		const paid = positive(voucher.amount - this.amount);
		const adds = voucher.lock ? positive(total(voucher) - max(pending, this.amount)) : paid;
		if (adds === 0n || adds < least || voucher.amount < this.amount) {
			throw new VoucherRefused('TooLittle');
		}
		if (voucher.lock && voucher.lock.expiresAt < relayNow + margin) {
			throw new VoucherRefused('ExpiresTooSoon');
		}
		if (this.#dropsLiveLock(voucher, relayNow)) throw new VoucherRefused('LockDropped');
		if (!isSignedBy(this.registry, this.terms.genesis, this.terms.signer, signed)) {
			throw new VoucherRefused('BadSignature');
		}
		const locked = voucher.lock ? positive(total(voucher) - max(pending, voucher.amount)) : 0n;
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

	/** What to bring to the chain: the best voucher, or the pending lock with what opens it. */
	claim(preimage?: Uint8Array): Claim | null {
		if (preimage && this.#locked && this.opens(preimage)) {
			return { signed: this.#locked, preimage: u8aToHex(preimage) };
		}
		return this.#best && this.unclaimed > 0n ? { signed: this.#best, preimage: null } : null;
	}

	#dropsLiveLock(voucher: Voucher, relayNow: number): boolean {
		const pending = this.#locked?.voucher;
		if (!pending?.lock || relayNow >= pending.lock.expiresAt) return false;
		const { kind, hash, amount, expiresAt } = pending.lock;
		const next = voucher.lock;
		const isCarried =
			next !== null &&
			next.kind === kind &&
			next.hash === hash &&
			next.amount >= amount &&
			next.expiresAt >= expiresAt;
		return !isCarried && voucher.amount < total(pending);
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

const max = (a: bigint, b: bigint) => (a > b ? a : b);
const positive = (amount: bigint) => max(amount, 0n);

function sameAccount(a: string, b: string): boolean {
	return u8aEq(decodeAddress(a), decodeAddress(b));
}
