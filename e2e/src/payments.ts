/** The calls of the payments pallet, and what it answers. */
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Codec } from '@polkadot/types/types';
import { hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { decodeAddress, encodeAddress } from '@polkadot/util-crypto';
import { eventOf, toBigInt, toNumber, type Call, type Chain, type Receipt } from './chain.ts';
import {
	claimArgument,
	KEY_KINDS,
	signedVoucherArgument,
	type Claim,
	type LockKind,
	type SignedVoucher,
	type Terms,
} from './vouchers.ts';

const PALLET = 'paymentStreams';

/** The account that has all deposits. */
export const POOL = encodeAddress(Buffer.from('modlpbc/pays'.padEnd(32, '\0')), 42);

/** The platform's share, in percent. */
const FEE_PERCENT = 5n;
const FULL_BPS = 10_000n;
/** Rates are stored with 18 decimals. */
const RATE_ONE = 10n ** 18n;

/** A key that signs vouchers in the payer's place. */
export interface SigningKey {
	readonly kind: (typeof KEY_KINDS)[number];
	/** In hex. */
	readonly key: string;
}

/** What a channel or stream is opened with. */
export interface Opening {
	readonly payee: string;
	readonly deposit: bigint;
	readonly job?: number;
}

/** The parts of a payment. */
export interface Shares {
	readonly payee: bigint;
	readonly fee: bigint;
	readonly royalty: bigint;
}

/** How a channel stands. */
export interface ChannelNow {
	readonly payer: string;
	readonly payee: string;
	readonly deposit: bigint;
	readonly claimed: bigint;
	readonly storageDeposit: bigint;
	readonly key: SigningKey | null;
	readonly phase: 'Open' | 'Closing' | 'Expired';
	/** First tick at which vouchers are worth nothing. */
	readonly closeAt: number | undefined;
	readonly left: bigint;
	readonly now: number;
}

/** How a stream stands. */
export interface StreamNow {
	readonly status: 'Running' | 'Paused' | 'Ending' | 'Ended';
	readonly rate: bigint;
	readonly deposit: bigint;
	readonly accrued: bigint;
	readonly paid: bigint;
	readonly storageDeposit: bigint;
	readonly due: Shares;
	readonly left: bigint;
	readonly runsOutAt: number | undefined;
	readonly now: number;
}

/** `units` per `blocks` blocks, as a rate with 18 decimals. Rounded down. */
export const rateOf = (units: bigint, blocks = 1n): bigint => (units * RATE_ONE) / blocks;

/** What a stream at `rate` earns in so many blocks, in whole units. */
export const earnedIn = (rate: bigint, blocks: number): bigint => (rate * BigInt(blocks)) / RATE_ONE;

/** How the chain divides all that a payment has paid so far. */
export function sharesOf(gross: bigint, royaltyBps = 0): Shares {
	const fee = (gross * FEE_PERCENT) / 100n;
	const rest = gross - fee;
	const royalty = (rest * BigInt(royaltyBps)) / (FULL_BPS - 100n * FEE_PERCENT);
	return { payee: rest - royalty, fee, royalty };
}

/** The parts of what is paid when the sum goes from `from` to `to`. */
export function sharesBetween(from: bigint, to: bigint, royaltyBps = 0): Shares {
	const [before, after] = [sharesOf(from, royaltyBps), sharesOf(to, royaltyBps)];
	return {
		payee: after.payee - before.payee,
		fee: after.fee - before.fee,
		royalty: after.royalty - before.royalty,
	};
}

const keyArgument = ({ kind, key }: SigningKey) => ({ [kind[0]?.toUpperCase() + kind.slice(1)]: key });

/** Opens a channel; `challenge` is in ticks, the chain's default if none is named. */
export function openChannel(
	chain: Chain,
	{ payee, deposit, job }: Opening,
	challenge: number | null = null,
	key?: SigningKey,
): Call {
	const args = [payee, deposit, challenge, job ?? null];
	return key === undefined
		? chain.call(PALLET, 'openChannel', ...args)
		: chain.call(PALLET, 'openChannelWithKey', ...args, keyArgument(key));
}

export const topUp = (chain: Chain, channel: bigint, amount: bigint): Call =>
	chain.call(PALLET, 'topUp', channel, amount);

export const claim = (chain: Chain, one: Claim): Call =>
	chain.call(PALLET, 'claim', claimArgument(chain.api.registry, one));

export const claimMany = (chain: Chain, payee: string, claims: readonly Claim[]): Call =>
	chain.call(
		PALLET,
		'claimMany',
		payee,
		claims.map((one) => claimArgument(chain.api.registry, one)),
	);

/** Closes a channel at once, with a last voucher. */
export const close = (chain: Chain, channel: bigint, last: Claim | null): Call =>
	chain.call(PALLET, 'close', channel, last && claimArgument(chain.api.registry, last));

/** A call about a channel whose only argument is its number. */
export const onChannel = (
	chain: Chain,
	method: 'requestClose' | 'finalizeClose',
	channel: bigint,
): Call => chain.call(PALLET, method, channel);

export const enforceLock = (chain: Chain, signed: SignedVoucher): Call =>
	chain.call(PALLET, 'enforceLock', signedVoucherArgument(chain.api.registry, signed));

/** Opens a stream; `rate` has 18 decimals, `lockup` is in ticks. */
export const openStream = (
	chain: Chain,
	{ payee, deposit, job }: Opening,
	rate: bigint,
	lockup: number,
): Call => chain.call(PALLET, 'openStream', payee, rate, deposit, lockup, job ?? null);

/** A call about a stream whose only argument is its number. */
export const onStream = (
	chain: Chain,
	method: 'pause' | 'resume' | 'withdraw' | 'stop' | 'closeStream',
	stream: bigint,
): Call => chain.call(PALLET, method, stream);

export const changeRate = (chain: Chain, stream: bigint, rate: bigint): Call =>
	chain.call(PALLET, 'changeRate', stream, rate);

export const topUpStream = (chain: Chain, stream: bigint, amount: bigint): Call =>
	chain.call(PALLET, 'topUpStream', stream, amount);

/** Pays for the preimage of a hash until a block of the relay chain. */
export const createHtlc = (
	chain: Chain,
	payee: string,
	amount: bigint,
	kind: LockKind,
	hash: Uint8Array,
	expiresAt: number,
): Call => chain.call(PALLET, 'createHtlc', payee, amount, kind, u8aToHex(hash), expiresAt);

export const claimHtlc = (chain: Chain, htlc: bigint, preimage: Uint8Array): Call =>
	chain.call(PALLET, 'claimHtlc', htlc, u8aToHex(preimage));

export const refundHtlc = (chain: Chain, htlc: bigint): Call =>
	chain.call(PALLET, 'refundHtlc', htlc);

export const collectFees = (chain: Chain): Call => chain.call(PALLET, 'collectFees');

export const collectRoyalty = (chain: Chain, job: number, attempt: number): Call =>
	chain.call(PALLET, 'collectRoyalty', job, attempt);

/** Sends an opening and gives the number of what it opened. */
export async function opened(chain: Chain, call: Call, payer: KeyringPair): Promise<bigint> {
	return openedIn(await chain.send(call, payer));
}

/** The number of the channel, stream or hash-locked payment that a call has opened. */
export function openedIn(receipt: Receipt): bigint {
	const kinds = [
		['ChannelOpened', 'channel_id'],
		['StreamOpened', 'stream_id'],
		['HtlcCreated', 'htlc_id'],
	] as const;
	for (const [method, field] of kinds) {
		const found = receipt.events.some((e) => e.section === PALLET && e.method === method);
		if (found) return toBigInt(fieldOf(eventOf(receipt, PALLET, method).data, field));
	}
	throw new Error('nothing was opened');
}

/** A field of an event, by the name that the pallet gives it. */
export function fieldOf(data: Readonly<Record<string, Codec>>, name: string): Codec {
	const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
	const value = data[name] ?? data[camel];
	if (value === undefined) throw new Error(`no field ${name} among ${Object.keys(data).join(', ')}`);
	return value;
}

/** The relay chain's block, as hash locks count. */
export async function relayNow(chain: Chain): Promise<number> {
	return toNumber(await chain.read('clock', 'lastRelayNumber'));
}

/** Fees that nobody has sent on yet. */
export async function feesDue(chain: Chain): Promise<bigint> {
	return toBigInt(await chain.read(PALLET, 'feesDue'));
}

/** The deposit for storage of a channel, stream or hash-locked payment, as its record says. */
export async function storageDeposit(
	chain: Chain,
	item: 'channels' | 'streams' | 'htlcs',
	id: bigint,
): Promise<bigint> {
	const record = (await chain.read(PALLET, item, [id])).toJSON() as Json | null;
	if (record === null) throw new Error(`${item} has no ${id}`);
	return toBigInt(record['storageDeposit'] as string);
}

/**
 * Asks a view function of a pallet, with what the metadata says about it.
 *
 * The runtime answers with `Result<Vec<u8>, ViewFunctionDispatchError>`.
 */
export async function view(
	chain: Chain,
	pallet: string,
	name: string,
	args: readonly unknown[],
): Promise<Codec> {
	const { registry, runtimeMetadata } = chain.api;
	const found = runtimeMetadata.asLatest.pallets
		.find((one) => one.name.toString() === pallet)
		?.viewFunctions.find((one) => one.name.toString() === name);
	if (found === undefined) throw new Error(`${pallet} has no view function ${name}`);
	const inputs = [...found.inputs].map(({ type }, index) =>
		registry.createType(registry.createLookupType(type), args[index]).toU8a(),
	);
	const input = registry.createType('Bytes', u8aToHex(u8aConcat(...inputs))).toU8a();
	const answer = hexToU8a(
		await chain.request<string>(
			'state_call',
			'RuntimeViewFunction_execute_view_function',
			u8aToHex(u8aConcat(found.id.toU8a(true), input)),
		),
	);
	if (answer[0] !== 0) throw new Error(`${pallet}.${name} cannot be asked: ${u8aToHex(answer)}`);
	const output = registry.createType('Bytes', answer.subarray(1)).toU8a(true);
	return registry.createType(registry.createLookupType(found.output), output);
}

type Json = Record<string, unknown>;

async function now(chain: Chain, name: string, id: bigint): Promise<Json | undefined> {
	const answer = (await view(chain, 'PaymentStreams', name, [id])).toJSON();
	return (answer as Json | null) ?? undefined;
}

/** How a channel stands, as the next call finds it. */
export async function channelNow(chain: Chain, channel: bigint): Promise<ChannelNow | undefined> {
	const answer = await now(chain, 'channel_now', channel);
	if (answer === undefined) return undefined;
	const record = answer['channel'] as Json;
	const status = record['status'] as Record<string, Json>;
	const key = answer['key'] as Record<string, string> | null;
	const [kind, bytes] = Object.entries(key ?? {})[0] ?? [];
	const closing = status['closing']?.['closeAt'];
	return {
		payer: String(record['payer']),
		payee: String(record['payee']),
		deposit: toBigInt(record['deposit'] as string),
		claimed: toBigInt(record['claimed'] as string),
		storageDeposit: toBigInt(record['storageDeposit'] as string),
		key: kind && bytes ? { kind: kind as SigningKey['kind'], key: bytes } : null,
		phase: answer['phase'] as ChannelNow['phase'],
		closeAt: closing === undefined ? undefined : toNumber(closing as number),
		left: toBigInt(answer['left'] as string),
		now: toNumber(answer['now'] as number),
	};
}

/** How a stream stands, as the next call finds it. */
export async function streamNow(chain: Chain, stream: bigint): Promise<StreamNow | undefined> {
	const answer = await now(chain, 'stream_now', stream);
	if (answer === undefined) return undefined;
	const record = answer['stream'] as Json;
	const meter = record['meter'] as Json;
	const due = answer['due'] as Json;
	const status = record['status'] as Json | string;
	const name = typeof status === 'string' ? status : (Object.keys(status)[0] ?? '');
	const runsOutAt = answer['runsOutAt'];
	return {
		status: (name[0]?.toUpperCase() + name.slice(1)) as StreamNow['status'],
		rate: toBigInt(record['rate'] as string),
		deposit: toBigInt(record['deposit'] as string),
		accrued: toBigInt(meter['accrued'] as string),
		paid: toBigInt(record['paid'] as string),
		storageDeposit: toBigInt(record['storageDeposit'] as string),
		due: {
			payee: toBigInt(due['payee'] as string),
			fee: toBigInt(due['fee'] as string),
			royalty: toBigInt(due['royalty'] as string),
		},
		left: toBigInt(answer['left'] as string),
		runsOutAt: runsOutAt === null ? undefined : toNumber(runsOutAt as number),
		now: toNumber(answer['now'] as number),
	};
}

/** A channel as its parties must know it, read from the chain. The payee is in hex. */
export async function termsOf(chain: Chain, channel: bigint): Promise<Terms & { claimed: bigint }> {
	const found = await channelNow(chain, channel);
	if (found === undefined) throw new Error(`there is no channel ${channel}`);
	return {
		genesis: chain.api.genesisHash.toU8a(),
		channel,
		payee: u8aToHex(decodeAddress(found.payee)),
		signer: found.key ?? { account: found.payer },
		deposit: found.deposit,
		claimed: found.claimed,
	};
}
