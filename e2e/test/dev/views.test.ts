import assert from 'node:assert/strict';
import type { AnyJson, Codec } from '@polkadot/types/types';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { toBigInt, toText } from '../../src/chain.ts';
import * as market from '../../src/market.ts';
import { EDSC } from '../../src/units.ts';
import { account, describeDev } from '../support.ts';

const PRICE = EDSC / 200n;
const MAX_TOKENS = 1_000;
const TOKENS = 321;
const RESULT = new TextEncoder().encode('The result.');
const INVALID_PARAMS = -32_602;
const UNKNOWN_BLOCK = 15_002;
const NODE_NOT_FOUND = 15_003;

interface Page<Item> {
	readonly at: string;
	readonly items: readonly Item[];
	readonly next: string | null;
}

interface NodeJson {
	readonly did: string;
	readonly owner: string;
	readonly location: string;
	readonly status: string;
	readonly stake: string;
	readonly exposure: string;
	readonly exposureRoom: string;
	readonly freeSlots: number;
	readonly jobsCompleted: number;
}

interface OpenJobJson {
	readonly jobId: number;
	readonly lowestPrice: string;
	readonly highestPrice: string;
	readonly mayBid: boolean;
	readonly whyNot: string | null;
}

interface Payout {
	readonly gross: string;
	readonly provider: string;
	readonly refund: string;
}

interface Step {
	readonly call: string;
	readonly by: string;
	readonly from: number;
	readonly until: number | null;
}

interface JobJson {
	readonly at: string;
	readonly now: number;
	readonly record: { status: string; requester: string; deadline: number; maxPayment: string };
	readonly node: string | null;
	readonly prompt: { onChain: boolean; bytes: number };
	readonly resultBytes: number | null;
	readonly bids: readonly { gpuDid: string; bond: string; seat: string | null }[];
	readonly payout: Payout | null;
	readonly steps: readonly Step[];
}

interface Entry {
	readonly kind: 'Work' | 'Bid' | 'Slash';
	readonly jobId: number;
	readonly payout?: Payout;
	readonly atRisk?: string;
	readonly bid?: { bond: string };
}

interface Earnings extends Page<Entry> {
	readonly owner: string;
	readonly bidBonds: string;
	readonly registration: NodeJson | null;
	readonly standing: { jobsCompleted: number };
}

interface ModelJson {
	readonly did: string;
	readonly owner: string;
	readonly openJobs: number;
	readonly usage: { jobs: number; paid: string; royalties: string };
	readonly lineage: readonly { did: string; owner: string; shareBps: number }[];
}

describeDev('views', 'manual', (scene) => {
	const requester = account('views-requester');
	const owner = account('views-owner');
	const parentOwner = account('views-parent-owner');
	const modelDid = 'did:etrid:ai:llm:views';
	const parentDid = 'did:etrid:ai:llm:views-parent';
	const providers = [0, 1, 2].map((n) => ({
		pair: account(`views-provider-${n}`),
		did: `did:etrid:gpu:views-${n}`,
		vramGb: 24 * (n + 1),
		location: n === 2 ? 'US-EAST-1' : 'EU-NORTH-1',
	}));
	const [first, second] = providers as [(typeof providers)[0], (typeof providers)[0]];
	const order = { modelDid, maxTokens: MAX_TOKENS, maxPayment: 10n * EDSC };

	const ask = <T>(method: string, ...params: readonly unknown[]): Promise<T> =>
		scene.chain.request<T>(`aiCompute_${method}`, ...params);

	/** Code and message with which the node refuses a question. */
	async function refusal(method: string, ...params: readonly unknown[]) {
		try {
			await ask(method, ...params);
		} catch (error) {
			const { code, message } = error as { code: number; message: string };
			return { code, message };
		}
		throw new Error(`${method} answered`);
	}

	/** All entries of a list at one block, page by page. */
	async function walk<Item>(
		page: (cursor: string | null, at: string | null) => Promise<Page<Item>>,
	): Promise<Item[]> {
		const items: Item[] = [];
		let cursor: string | null = null;
		let at: string | null = null;
		do {
			const answer: Page<Item> = await page(cursor, at);
			items.push(...answer.items);
			at ??= answer.at;
			assert.equal(answer.at, at);
			cursor = answer.next;
		} while (cursor !== null);
		return items;
	}

	const nodes = (filter: object, limit = 100) =>
		walk<NodeJson>((cursor, at) => ask('nodes', filter, limit, cursor, at));
	const dids = async (filter: object, limit = 100) =>
		(await nodes(filter, limit)).map(({ did }) => did).sort();
	const openJob = async (gpuDid: string, jobId: number, scope = 'pending') =>
		(await walk<OpenJobJson>((cursor, at) => ask('openJobs', gpuDid, scope, 2, cursor, at))).find(
			(job) => job.jobId === jobId,
		);
	const job = (jobId: number, at: string | null = null) => ask<JobJson>('job', jobId, at);
	const calls = async (jobId: number) => (await job(jobId)).steps.map(({ call, by }) => [call, by]);

	scene.it('lists nodes by filter, in pages', async () => {
		const { chain } = scene;
		const pairs = providers.map(({ pair }) => pair);
		await scene.fund(2_000n * EDSC, requester, owner, parentOwner, ...pairs);
		// Nobody sends heartbeats here.
		await scene.parameters('gpuRegistry', { maxMissedRounds: 100 });
		for (const { pair, did, vramGb, location } of providers) {
			await scene.register(pair, did, { vramGb, location });
		}
		const all = providers.map(({ did }) => did);
		for (const limit of [1, 2, 100]) {
			assert.deepEqual(await dids({}, limit), all);
			assert.deepEqual(await dids({ region: 'EU-' }, limit), all.slice(0, 2));
			assert.deepEqual(await dids({ minVramGb: 48 }, limit), all.slice(1));
			assert.deepEqual(await dids({ region: 'EU-', minVramGb: 48, freeSlot: true }, limit), [second.did]);
			assert.deepEqual(await dids({ status: 'Inactive' }, limit), []);
			assert.deepEqual(await dids({ minScore: 5_001 }, limit), []);
		}
		const [node] = await nodes({ minVramGb: 72 });
		assert.equal(node?.owner, providers[2]?.pair.address);
		assert.equal(node?.stake, (1_000n * EDSC).toString());
		assert.equal(node?.exposureRoom, node?.stake);

		// The runtime API, with nothing but the metadata, says the same.
		const api = chain.api.call['marketApi'];
		assert.ok(api?.['nodes'] && api['job'], 'the metadata has the runtime API');
		const answer = (await api['nodes']([{ Region: 'EU-' }, { MinVram: 48 }], null, 100)) as Codec & {
			asOk: { items: Iterable<{ did: Codec }>; next: { isNone: boolean } };
		};
		const found = [...answer.asOk.items].map(({ did }) => toText(did.toHuman() as AnyJson));
		assert.deepEqual(found, [second.did]);
		assert.ok(answer.asOk.next.isNone);
	});

	scene.it('refuses questions out of bounds with a reason', async () => {
		for (const limit of [0, 101]) {
			const { code, message } = await refusal('nodes', {}, limit);
			assert.equal(code, INVALID_PARAMS);
			assert.match(message, new RegExp(`limit is ${limit}, it must be 1 to 100`));
		}
		for (const params of [
			[{ attested: true }],
			[{ model: 'llama' }],
			[{ minScore: 10_001 }],
			[{}, 1, '0x00'],
			[{}, 1, 'no hex'],
		]) {
			assert.equal((await refusal('nodes', ...params)).code, INVALID_PARAMS);
		}
		assert.equal((await refusal('openJobs', 'x')).code, INVALID_PARAMS);
		assert.equal((await refusal('openJobs', 'did:etrid:gpu:nobody')).code, NODE_NOT_FOUND);
		assert.equal((await refusal('job', 0, `0x${'12'.repeat(32)}`)).code, UNKNOWN_BLOCK);
		assert.equal(await ask('job', 1_000_000), null);
		assert.equal(await ask('model', 'did:etrid:ai:llm:nothing'), null);
	});

	scene.it('shows a model with its lineage and its hosts', async () => {
		const { chain } = scene;
		await scene.model(parentOwner, parentDid);
		await chain.send(market.welcomeDescendants(chain, parentDid, 2_000), parentOwner);
		const parent = { did: parentDid, maxShareBps: 2_000 };
		await scene.model(owner, modelDid, { royaltyBps: 1_000, parent });
		const model = await ask<ModelJson>('model', modelDid);
		assert.deepEqual([model.did, model.owner, model.openJobs], [modelDid, owner.address, 0]);
		assert.deepEqual(
			model.lineage.map(({ did, owner: of, shareBps }) => [did, of, shareBps]),
			[[parentDid, parentOwner.address, 2_000]],
		);

		for (const { pair, did } of [first, second]) {
			await chain.send(market.hostModel(chain, modelDid, did), pair);
		}
		const hosts = await walk<{ gpuDid: string; standing: string; node: NodeJson }>((cursor, at) =>
			ask('modelHosts', modelDid, 1, cursor, at),
		);
		assert.deepEqual(
			hosts.map(({ gpuDid, standing, node }) => [gpuDid, standing, node.did]).sort(),
			[first, second].map(({ did }) => [did, 'Hosting', did]),
		);
		assert.deepEqual(await dids({ model: modelDid }, 1), [first.did, second.did]);
		assert.deepEqual(await dids({ model: modelDid, minVramGb: 48 }), [second.did]);
	});

	scene.it('follows a job from the first bid to the payment', async () => {
		const { chain } = scene;
		const jobId = await scene.submit(requester, order);
		const submitted = await job(jobId);
		assert.deepEqual(await calls(jobId), [
			['PlaceBid', 'NodeOwner'],
			['CancelJob', 'Requester'],
			['ExpireJob', 'Anyone'],
		]);
		assert.equal(submitted.steps.at(-1)?.from, submitted.record.deadline);
		assert.deepEqual([submitted.record.status, submitted.node], ['Pending', null]);
		assert.equal(submitted.record.requester, requester.address);

		// What the list says about a bid is what happens to it.
		const open = await openJob(first.did, jobId);
		assert.ok(open?.mayBid && (await openJob(first.did, jobId, 'biddable')));
		const tooHigh = BigInt(open.highestPrice) + 1n;
		const bid = (price: bigint, by = first) =>
			chain.send(market.placeBid(chain, jobId, by.did, price, 30_000), by.pair);
		await assert.rejects(bid(tooHigh), /BidAboveBudget/);
		await bid(PRICE);
		assert.equal((await openJob(first.did, jobId))?.whyNot, 'AlreadyExists');
		assert.equal(await openJob(first.did, jobId, 'biddable'), undefined);
		await bid(2n * PRICE, second);
		assert.deepEqual(
			(await job(jobId)).bids.map(({ gpuDid, seat }) => [gpuDid, seat]),
			[first.did, second.did].map((did) => [did, 'Leader']),
		);

		await chain.send(market.assignJob(chain, jobId, first.did), requester);
		assert.deepEqual((await calls(jobId)).slice(0, 3), [
			['WithdrawBid', 'Bidder'],
			['StartJob', 'Provider'],
			['AbandonJob', 'Provider'],
		]);
		const most = (await job(jobId)).payout;
		assert.equal(most?.gross, (PRICE * BigInt(MAX_TOKENS)).toString());
		await chain.send(market.onJob(chain, 'startJob', jobId), first.pair);
		const hash = blake2AsU8a(RESULT, 256);
		await chain.send(market.completeJob(chain, jobId, hash, TOKENS, RESULT), first.pair);
		const completed = await job(jobId);
		assert.equal(completed.resultBytes, RESULT.length);
		const exact = completed.payout;
		assert.ok(exact);
		const parts = market.divide(PRICE * BigInt(TOKENS), 1_000, 2_000);
		assert.equal(BigInt(exact.gross), PRICE * BigInt(TOKENS));
		assert.equal(BigInt(exact.provider), parts.provider);

		// The node's side of it, and of the bid that lost.
		const earnings = await ask<Earnings>('earnings', first.did);
		assert.deepEqual([earnings.items.length, earnings.next], [1, null]);
		assert.deepEqual(earnings.items[0]?.payout, exact);
		assert.equal(earnings.registration?.exposure, earnings.items[0]?.atRisk);
		const losing = await ask<Earnings>('earnings', second.did);
		assert.deepEqual(losing.items.map(({ kind, jobId: of }) => [kind, of]), [['Bid', jobId]]);
		assert.equal(losing.bidBonds, losing.items[0]?.bid?.bond);

		const before = (await market.readMoney(chain, first.pair.address)).free;
		await chain.send(market.acceptResult(chain, jobId, 5), requester);
		const after = (await market.readMoney(chain, first.pair.address)).free;
		assert.equal(after - before, BigInt(exact.provider));
		const paid = await ask<Earnings>('earnings', first.did);
		assert.deepEqual([paid.items.length, paid.standing.jobsCompleted], [0, 1]);
		assert.equal(paid.registration?.exposure, '0');
		const model = await ask<ModelJson>('model', modelDid);
		assert.deepEqual([model.usage.jobs, model.openJobs], [1, 0]);
		assert.equal(BigInt(model.usage.paid), BigInt(exact.gross));
		assert.equal(BigInt(model.usage.royalties), parts.royalty + parts.parentRoyalty);

		// The past is still there to be asked.
		const past = await job(jobId, completed.at);
		assert.deepEqual(past, completed);
		assert.equal(toBigInt((await job(jobId)).record.maxPayment), order.maxPayment);
		assert.equal((await job(jobId)).record.status, 'Settled');
	});

	scene.it('lists what looks for a node in pages, the latest first', async () => {
		const submitted: number[] = [];
		for (let count = 0; count < 5; count++) submitted.push(await scene.submit(requester, order));
		const listed = await walk<OpenJobJson>((cursor, at) =>
			ask('openJobs', second.did, 'biddable', 2, cursor, at),
		);
		assert.deepEqual(listed.map(({ jobId }) => jobId), submitted.reverse());
	});
});
