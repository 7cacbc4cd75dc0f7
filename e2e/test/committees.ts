/** A committee whose members are played by the reference client, with what is on chain. */
import assert from 'node:assert/strict';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Struct, Vec } from '@polkadot/types';
import type { Codec } from '@polkadot/types/types';
import { u8aConcat, u8aToHex } from '@polkadot/util';
import { eventOf, toNumber, type Call, type Receipt } from '../src/chain.ts';
import { signedPayload } from '../src/confidential.ts';
import type { KeyContext } from '../src/committee.ts';
import { bytes } from '../src/market.ts';
import { view } from '../src/payments.ts';
import { client } from './committee-client.ts';
import { POLICY, type Enclave } from './enclaves.ts';
import type { Scene } from './support.ts';

const PALLET = 'confidentialCompute';

/** What governance asks of a committee. */
export interface CommitteeTerms {
	readonly members: number;
	readonly threshold: number;
	/** How many members may say nothing. */
	readonly faulty: number;
	readonly bond: bigint;
	readonly shareFee: bigint;
}

/** Somebody with an attested enclave, who takes seats. */
export interface Operator {
	readonly pair: KeyringPair;
	readonly enclave: Enclave;
}

/** A key, entrusted to the committee, and the attempt that wants it. */
export interface Wanted {
	readonly jobId: number;
	readonly attempt: number;
	readonly context: KeyContext;
	readonly ciphertext: string;
	/** Key to which members encrypt their shares. */
	readonly enclave: string;
}

type Send = (call: Call, signer: KeyringPair) => Promise<Receipt>;
/** A dealing as its dealer sent it, after the dealer's index. */
export type Dealt = readonly [dealer: number, dealing: string];

export class Committee {
	/** Secrets of the seats that were taken, the first member's first. */
	private readonly secrets: string[] = [];

	private constructor(
		private readonly scene: Scene,
		readonly id: number,
		readonly epoch: number,
		readonly terms: CommitteeTerms,
		readonly members: readonly Operator[],
	) {}

	/** Governance creates a committee, and its first epoch is opened. */
	static async open(
		scene: Scene,
		send: Send,
		terms: CommitteeTerms,
		members: readonly Operator[],
	): Promise<Committee> {
		const { chain } = scene;
		const id = toNumber(await chain.read(PALLET, 'nextCommitteeId'));
		await scene.govern(chain.call(PALLET, 'createCommittee', terms, POLICY));
		const first = members[0];
		assert.ok(first);
		const receipt = await send(chain.call(PALLET, 'openEpoch', id), first.pair);
		const epoch = toNumber(eventOf(receipt, PALLET, 'EpochOpened').data['epoch']);
		return new Committee(scene, id, epoch, terms, members);
	}

	private get place() {
		return { genesis: this.scene.chain.api.genesisHash.toHex(), committee: this.id, epoch: this.epoch };
	}

	private get size() {
		const { members, threshold } = this.terms;
		return { members, threshold };
	}

	/** Who has the seat with that index, from 1. */
	member(index: number): Operator {
		const found = this.members[index - 1];
		assert.ok(found, `there is no member ${index}`);
		return found;
	}

	/** The indices of all members. */
	get indices(): number[] {
		return this.members.map((_, place) => place + 1);
	}

	private secret(index: number): string {
		const found = this.secrets[index - 1];
		assert.ok(found, `member ${index} has no seat`);
		return found;
	}

	/** The call with which an operator takes the next seat, for which `by`'s enclave signs. */
	seat({ pair, enclave }: Operator, by: Enclave = enclave): { call: Call; secret: string } {
		const { chain } = this.scene;
		const { secret = '' } = client('key', {});
		const account = u8aToHex(pair.publicKey);
		const { seat = '' } = client('seat', { ...this.place, account, secret });
		const type = chain.api.registry.createType('(u32, u32, AccountId32, [u8; 32])', [
			...[this.id, this.epoch, pair.address],
			seat.slice(0, 2 + 64),
		]);
		const genesis = chain.api.genesisHash.toU8a();
		const payload = signedPayload('ai-compute-pbc/committee-seat/v1', genesis, type.toU8a());
		const signature = bytes(by.session.sign(payload));
		const call = chain.call(PALLET, 'joinCommittee', this.id, enclave.id, seat, signature);
		return { call, secret };
	}

	/** An operator takes the next seat. */
	async join(send: Send, operator: Operator): Promise<void> {
		const { call, secret } = this.seat(operator);
		const receipt = await send(call, operator.pair);
		this.secrets.push(secret);
		const { data } = eventOf(receipt, PALLET, 'SeatTaken');
		assert.equal(toNumber(data['member']), this.secrets.length);
	}

	/** The keys of the seats, as they are on chain. */
	async seatKeys(): Promise<string[]> {
		const seats = (await view(this.scene.chain, 'ConfidentialCompute', 'committee_seats', [
			this.id,
			this.epoch,
		])) as Vec<Struct>;
		return seats.map((seat) => (seat.get('key') as Codec).toHex());
	}

	/** What a dealer sends, to these keys. */
	deal(dealer: number, seats: readonly string[]): string {
		const { dealing = '' } = client('deal', { ...this.place, ...this.size, dealer, seats });
		return dealing;
	}

	dealCall(dealing: string): Call {
		return this.scene.chain.call(PALLET, 'deal', this.id, dealing);
	}

	/** What a dealer sent, as it is on chain. */
	async dealing(dealer: number): Promise<string> {
		const found = await view(this.scene.chain, 'ConfidentialCompute', 'committee_dealing', [
			...[this.id, this.epoch, dealer],
		]);
		assert.ok(!found.isEmpty, `there is no dealing of ${dealer}`);
		// Behind the byte that says that there is one.
		return u8aToHex(found.toU8a().subarray(1));
	}

	/** What these dealers sent. */
	async dealings(dealers: readonly number[]): Promise<Dealt[]> {
		const found: Dealt[] = [];
		for (const dealer of dealers) found.push([dealer, await this.dealing(dealer)]);
		return found;
	}

	/** A member's complaint about a dealing, if the share in it is wrong. */
	complaint(member: number, [dealer, dealing]: Dealt): string | undefined {
		const secret = this.secret(member);
		return client('complain', { ...this.place, dealer, dealing, member, secret })['complaint'];
	}

	complainCall(dealer: number, complaint: string): Call {
		return this.scene.chain.call(PALLET, 'complain', this.id, dealer, complaint);
	}

	/** The end of the phase that the epoch is in. */
	async deadline(): Promise<number> {
		return Number((await this.record())['deadline']);
	}

	/** The epoch's record. */
	async record(): Promise<Record<string, unknown>> {
		const stored = await this.scene.chain.read(PALLET, 'epochs', [[this.id, this.epoch]]);
		assert.ok(!stored.isEmpty);
		return stored.toJSON() as Record<string, unknown>;
	}

	/** What is left of a member's bond. */
	async bond(index: number): Promise<bigint> {
		const seats = await this.scene.chain.read(PALLET, 'seats', [[this.id, this.epoch]]);
		const list = seats.toJSON() as { bond: string | number }[];
		return BigInt(list[index - 1]?.bond ?? -1);
	}

	/** Key and public shares, as they are on chain. */
	async group(): Promise<{ encoded: string; key: string; shares: string[] }> {
		const stored = await this.scene.chain.read(PALLET, 'groups', [[this.id, this.epoch]]);
		assert.ok(!stored.isEmpty, 'the epoch has no key');
		const { key, shares } = stored.toJSON() as { key: string; shares: string[] };
		return { encoded: stored.toHex(), key, shares };
	}

	/** The same, as a member computes it from the dealings that stand. */
	combined(dealings: readonly Dealt[]): string {
		return client('combine', { ...this.size, dealings })['group'] ?? '';
	}

	/** A member's share of the group's secret, and what the chain knows of it. */
	share(member: number, dealings: readonly Dealt[]): { secret: string; publicShare: string } {
		const secret = this.secret(member);
		const answer = client('share', { ...this.place, ...this.size, dealings, member, secret });
		return { secret: answer['share'] ?? '', publicShare: answer['public'] ?? '' };
	}

	private statement({ context, ciphertext, jobId, attempt }: Wanted) {
		return {
			...this.place,
			requester: u8aToHex(context.requester),
			salt: u8aToHex(context.salt),
			...{ ciphertext, job: jobId, attempt },
		};
	}

	/** A member's share of a data key, encrypted to the enclave. */
	async partial(member: number, wanted: Wanted, dealings: readonly Dealt[]): Promise<string> {
		const { key: groupKey } = await this.group();
		const { secret: share } = this.share(member, dealings);
		const { enclave } = wanted;
		const input = { ...this.statement(wanted), groupKey, enclave, share, member };
		return client('release', input)['partial'] ?? '';
	}

	releaseCall(jobId: number, partial: string): Call {
		return this.scene.chain.call(PALLET, 'releaseShare', jobId, partial);
	}

	/** The data key that an enclave puts together from the shares that are on chain. */
	async decrypt(wanted: Wanted, secret: string): Promise<Uint8Array> {
		const { encoded: group } = await this.group();
		const stored = await this.scene.chain.read(PALLET, 'partials', [wanted.jobId]);
		const partials = (stored as unknown as Vec<Codec & [Codec, Codec]>).map(
			([index, partial]) => [toNumber(index), partial.toHex()] as const,
		);
		const input = { ...this.statement(wanted), ...this.size, group, secret, partials };
		return Buffer.from((client('decrypt', input)['dataKey'] ?? '').slice(2), 'hex');
	}
}

/** A dealing in which a member's share is another one. */
export function altered(scene: Scene, dealing: string, member: number): string {
	const call = (argument: unknown) => scene.chain.call(PALLET, 'deal', 0, argument);
	const sent = call(dealing).args[1]?.toJSON() as { shares: string[] };
	const [first, second] = sent.shares;
	assert.ok(first && second && first !== second);
	const shares = sent.shares.with(member - 1, member === 1 ? second : first);
	return u8aToHex(u8aConcat(call({ ...sent, shares }).args[1]?.toU8a() ?? []));
}
