/** Whose money is where: every account against the events, every hold against the records. */
import { encodeAddress } from '@polkadot/util-crypto';
import { toBigInt, toText, type Chain, type ChainEvent } from '../src/chain.ts';
import type { Check } from '../src/journey.ts';
import * as market from '../src/market.ts';

/** Where transaction fees go, and from there to the collators: an account without a key. */
const POT = encodeAddress(Buffer.from('modlPotStake'.padEnd(32, '\0')), 42);

type Fields = Readonly<Record<string, unknown>>;

/** Every entry of a map as JSON. */
async function values(chain: Chain, section: string, item: string): Promise<Fields[]> {
	const entries = await chain.entries(section, item);
	return entries.map(([, value]) => value.toJSON() as Fields);
}

const amount = (value: unknown): bigint => toBigInt(value as string);
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, one) => all + one, 0n);

/** The holds of the chain by reason. */
export type Holds = ReadonlyMap<string, bigint>;

/** What is on hold, by reason, of all accounts together. */
export async function readHolds(chain: Chain, at?: string): Promise<Holds> {
	const totals = new Map<string, bigint>();
	for (const [, value] of await chain.entries('balances', 'holds', at)) {
		for (const { id, amount: held } of value.toJSON() as { id: Fields; amount: string }[]) {
			const [pallet, reason] = Object.entries(id)[0] ?? ['?', '?'];
			const name = `${pallet}.${String(reason)}`;
			totals.set(name, (totals.get(name) ?? 0n) + amount(held));
		}
	}
	return totals;
}

/** What the records of the pallets say must be on hold, by reason. */
export async function readRecords(chain: Chain): Promise<Holds> {
	const [jobs, bids, disputes, nodes, unbonding, ais, permissions, dids, access] =
		await Promise.all([
			values(chain, 'jobMarketplace', 'jobs'),
			values(chain, 'jobMarketplace', 'jobBids'),
			values(chain, 'jobMarketplace', 'disputes'),
			values(chain, 'gpuRegistry', 'gpuNodes'),
			values(chain, 'gpuRegistry', 'unbonding'),
			values(chain, 'aidid', 'aiIdentities'),
			values(chain, 'aidid', 'aiPermissions'),
			values(chain, 'didRegistry', 'registrations'),
			values(chain, 'didRegistry', 'accessControlList'),
		]);
	const [cards, hosts, slashes] = await Promise.all([
		values(chain, 'aiModels', 'modelCards'),
		values(chain, 'aiModels', 'hosts'),
		values(chain, 'reputation', 'slashes'),
	]);
	const over = ['Failed', 'Settled', 'Cancelled', 'Expired'];
	const live = jobs.filter(({ status }) => !over.includes(String(status)));
	const chunks = unbonding.flatMap((list) => list as unknown as Fields[]);
	const of = (records: readonly Fields[], field: string) =>
		sum(records.map((record) => amount(record[field])));
	const bonds = slashes.map(({ state }) => (state as { appealed?: Fields }).appealed);
	return new Map([
		['jobMarketplace.JobEscrow', of(live, 'maxPayment')],
		['jobMarketplace.StorageDeposit', of(jobs, 'deposit')],
		['jobMarketplace.BidBond', of(bids, 'bond')],
		['jobMarketplace.DisputeBond', of(disputes, 'bond')],
		['gpuRegistry.Stake', of(nodes, 'stake') + of(chunks, 'amount')],
		['reputation.AppealBond', of(bonds.filter((bond) => bond !== undefined), 'bond')],
		['aiModels.ModelDeposit', of(cards, 'deposit')],
		['aiModels.HostDeposit', of(hosts, 'deposit')],
		['aidid.Deposit', of(ais, 'deposit') + of(permissions, 'deposit')],
		['didRegistry.Deposit', of(dids, 'deposit') + of(access, 'deposit')],
	]);
}

/** Sum of the slashes that wait in the account for them. */
export async function readHeldSlashes(chain: Chain): Promise<bigint> {
	return sum((await values(chain, 'reputation', 'slashes')).map((slash) => amount(slash['amount'])));
}

/** What is reserved on accounts, as their balances say. */
export async function readReserved(chain: Chain): Promise<bigint> {
	const accounts = await values(chain, 'system', 'account');
	return sum(accounts.map(({ data }) => amount((data as Fields)['reserved'])));
}

export const readIssuance = async (chain: Chain): Promise<bigint> =>
	toBigInt(await chain.read('balances', 'totalIssuance'));

/** What accounts must own by the events, free and on hold. */
export class Ledger {
	/** Fees that the events tell of. */
	fees = 0n;
	private readonly opening = new Map<string, bigint>();
	private readonly gains = new Map<string, bigint>();
	private readonly jobs = new Map<string, { requester: string; model: string }>();
	private readonly nodeOwners = new Map<string, string>();
	private readonly modelOwners: ReadonlyMap<string, string>;
	private readonly parents: ReadonlyMap<string, string>;
	private isOpen = false;

	/**
	 * @param addresses the accounts to be followed.
	 * @param models owner of each model, and of the model that it descends from.
	 */
	constructor(
		private readonly chain: Chain,
		private readonly addresses: readonly string[],
		private readonly collators: readonly string[],
		models: readonly { did: string; owner: string; parentOwner: string | undefined }[],
	) {
		this.modelOwners = new Map(models.map(({ did, owner }) => [did, owner]));
		this.parents = new Map(
			models.flatMap(({ did, parentOwner }) =>
				parentOwner === undefined ? [] : [[did, parentOwner] as const],
			),
		);
	}

	/** Begins with what the accounts own now. */
	async open(): Promise<void> {
		this.isOpen = true;
		const all = [...this.addresses, market.TREASURY, market.HELD_SLASHES, POT, ...this.collators];
		for (const address of new Set(all)) this.opening.set(address, await this.total(address));
	}

	private async total(address: string): Promise<bigint> {
		const { free, held } = await market.readMoney(this.chain, address);
		return free + held;
	}

	private gain(address: string | undefined, gained: bigint): void {
		if (!this.isOpen || gained === 0n) return;
		if (address === undefined) throw new Error('money for an unknown account');
		this.gains.set(address, (this.gains.get(address) ?? 0n) + gained);
	}

	/** Follows the money of an event. */
	follow({ section, method, data }: ChainEvent): void {
		const money = (field: string) => toBigInt(data[field]);
		const text = (field: string) => data[field]?.toString() ?? '';
		const move = (from: string | undefined, to: string | undefined, moved: bigint) => {
			this.gain(from, -moved);
			this.gain(to, moved);
		};
		switch (`${section}.${method}`) {
			case 'transactionPayment.TransactionFeePaid':
				if (!this.isOpen) break;
				this.fees += money('actualFee');
				move(text('who'), POT, money('actualFee'));
				break;
			case 'jobMarketplace.JobSubmitted':
				this.jobs.set(text('jobId'), {
					requester: text('requester'),
					model: toText(data['modelDid']?.toHex()),
				});
				break;
			case 'jobMarketplace.JobAssigned':
				this.nodeOwners.set(text('jobId'), text('winner'));
				break;
			case 'jobMarketplace.JobSettled': {
				const { requester, model } = this.job(text('jobId'));
				move(requester, market.TREASURY, money('fee'));
				move(requester, this.modelOwners.get(model), money('royalty'));
				move(requester, this.parents.get(model), money('parentRoyalty'));
				move(requester, this.nodeOwners.get(text('jobId')), money('provider'));
				break;
			}
			case 'jobMarketplace.DisputeBondPaid':
				move(this.job(text('jobId')).requester, text('to'), money('bond'));
				break;
			case 'jobMarketplace.BidWithdrawn':
				move(text('bidder'), text('to'), money('bond'));
				break;
			case 'jobMarketplace.JobReaped':
				move(this.job(text('jobId')).requester, text('to'), money('deposit'));
				break;
			case 'gpuRegistry.StakeSlashed':
				move(text('owner'), text('beneficiary'), money('amount'));
				break;
			case 'reputation.SlashReleased':
				move(market.HELD_SLASHES, text('payer'), money('compensation'));
				move(market.HELD_SLASHES, market.TREASURY, money('toTreasury'));
				break;
			case 'reputation.SlashReturned':
				move(market.HELD_SLASHES, text('owner'), money('amount'));
				break;
			case 'reputation.AppealBondForfeited':
				move(text('owner'), market.TREASURY, money('amount'));
				break;
		}
	}

	private job(id: string): { requester: string; model: string } {
		const job = this.jobs.get(id);
		if (job === undefined) throw new Error(`an event about the unknown job ${id}`);
		return job;
	}

	/** What the accounts own now against what they should. */
	async close(): Promise<Check[]> {
		const owned = async (addresses: readonly string[]) => {
			let [expected, found] = [0n, 0n];
			for (const address of new Set(addresses)) {
				expected += (this.opening.get(address) ?? 0n) + (this.gains.get(address) ?? 0n);
				found += await this.total(address);
			}
			return { expected, found };
		};
		let right = 0n;
		for (const address of this.addresses) {
			const { expected, found } = await owned([address]);
			if (expected === found) right += 1n;
		}
		return [
			{
				what: 'accounts of the run whose balance follows from the events',
				expected: BigInt(this.addresses.length),
				found: right,
			},
			{ what: 'all accounts of the run together', ...(await owned(this.addresses)) },
			{ what: 'treasury', ...(await owned([market.TREASURY])) },
			{ what: 'account of held slashes', ...(await owned([market.HELD_SLASHES])) },
			{
				what: 'collators and their pot, with the fees of all events',
				...(await owned([POT, ...this.collators])),
			},
		];
	}
}
