import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { collect, knownByNode, Unavailable } from '../../receipt/collect.ts';
import { withNode } from '../../receipt/rpc.ts';
import { Chain, toNumber } from '../../src/chain.ts';
import { headerOf } from '../../src/headers.ts';
import * as market from '../../src/market.ts';
import { devNode, type Node } from '../../src/node.ts';
import { infer } from '../../src/provider.ts';
import { knownBlock, Refused, verify, type Job, type Reason } from '../../src/receipts.ts';
import { EDSC } from '../../src/units.ts';
import { registerRoot, writeRoot } from '../relay.ts';
import { account, describeDev, wellKnown } from '../support.ts';

const E2E = fileURLToPath(new URL('../..', import.meta.url));

const refused = (reason: Reason) => (error: unknown) =>
	error instanceof Refused && error.reason === reason;

describeDev('receipts', 'instant', (scene) => {
	const requester = account('requester');
	const provider = account('provider');
	const did = 'did:etrid:gpu:receipts';
	let relayNode: Node;
	let relay: Chain;
	let jobId: number;
	let result: Uint8Array;
	/** Heights: before the job, while it is worked on, and when it is settled. */
	const height = { without: 0, working: 0, settled: 0 };

	const tip = async () => (await scene.chain.api.rpc.chain.getHeader()).number.toNumber();
	const gather = (job = jobId) =>
		withNode(relayNode.url, (from) =>
			withNode(scene.node.url, (chain) => collect(from, chain, { job })),
		);
	const command = (...args: string[]) => {
		const run = spawnSync(process.execPath, ['--import', 'tsx', 'receipt/main.ts', ...args], {
			cwd: E2E,
			encoding: 'utf8',
		});
		return { code: run.status, text: run.stdout + run.stderr };
	};

	before(async () => {
		const folder = join(scene.folder, 'relay');
		mkdirSync(folder);
		relayNode = await devNode('instant', folder);
		await relayNode.start();
		relay = await Chain.connect(relayNode.url, { helper: wellKnown('Alice') });

		await scene.fund(2_000n * EDSC, requester, provider);
		await scene.register(provider, did);
		height.without = await tip();
		jobId = await scene.process(requester, provider, did);
		height.working = await tip();
		const { maxTokens } = await market.readJob(scene.chain, jobId);
		const prompt = await market.readPrompt(scene.chain, jobId);
		assert.ok(prompt);
		const work = infer(prompt, maxTokens);
		result = work.bytes;
		const complete = market.completeJob(scene.chain, jobId, work.hash, work.tokens, work.bytes);
		await scene.chain.send(complete, provider);
		await scene.chain.send(market.acceptResult(scene.chain, jobId, 5), requester);
		height.settled = await tip();
	});
	after(async () => {
		await relay?.close();
		await relayNode?.stop();
	});

	scene.it('there is none before the relay chain has a root', async () => {
		await assert.rejects(gather(), Unavailable);
	});

	scene.it('there is none for a job that began later', async () => {
		await registerRoot(relay, scene.chain, height.without);
		const bundle = await gather();
		assert.throws(() => verify(bundle, () => 'is known'), refused('no such job'));
	});

	scene.it('a state from before the end of the job is an older record', async () => {
		await registerRoot(relay, scene.chain, height.working);
		const bundle = await gather();
		assert.throws(() => verify(bundle, () => 'is known'), refused('older record'));
	});

	scene.it('a registered state after the end proves it', async () => {
		await registerRoot(relay, scene.chain, height.settled);
		const bundle = await gather();
		assert.equal(bundle.block, height.settled);
		const trust = await withNode(relayNode.url, (from) => knownByNode(from, 'the node', bundle));
		const receipt = verify(bundle, trust, { job: jobId, result });

		// Read by its own layout, it is what the metadata makes of it.
		const { record } = receipt;
		const job = (await scene.chain.read('jobMarketplace', 'jobs', [jobId])).toHuman() as Record<
			string,
			unknown
		>;
		const job2 = (await scene.chain.read('jobMarketplace', 'jobs', [jobId])).toJSON() as Record<
			string,
			unknown
		>;
		assert.deepEqual(Object.keys(record).sort(), names(job2));
		assert.equal(record.status, 'Settled');
		assert.equal(record.requester, job2['requester']);
		assert.equal(record.modelDid, job['modelDid']);
		assert.equal(record.endedAt, toNumber(job2['endedAt'] as number));
		assert.equal(record.rating, 5);
		for (const [name, value] of Object.entries(record)) {
			if (typeof value === 'bigint') assert.equal(value, BigInt(String(job2[name])), name);
			if (typeof value === 'number') assert.equal(value, job2[renamed(name)], name);
		}
		const parts = ['assignment', 'delivery', 'settlement', 'terms'] as const;
		for (const part of parts) {
			const found = record[part] as Readonly<Record<string, unknown>>;
			assert.deepEqual(Object.keys(found).sort(), names(job2[part] as object), part);
		}
		assert.equal(record.delivery?.resultHash, (job2['delivery'] as Record<string, unknown>)['resultHash']);
		assert.equal(record.assignment?.owner, provider.address);
		assert.equal(record.settlement?.outcome, 'OnTime');

		// A longer chain and a later block of the relay chain prove the same.
		await scene.chain.block();
		const later = await gather();
		assert.equal(later.block, height.settled);
		assert.throws(() => verify(later, knownBlock(`0x${'00'.repeat(32)}`)), refused('not finalised'));
		verify(later, knownBlock(headerOf(later.relay.header).hash));
	});

	scene.it('a root of another chain is not this chain’s', async () => {
		await scene.chain.block();
		await writeRoot(relay, await tip(), `0x${'07'.repeat(32)}`);
		const bundle = await gather();
		assert.throws(() => verify(bundle, () => 'is known'), refused('not registered'));
	});

	scene.it('the command saves, checks again without this chain, and refuses', async () => {
		const file = join(scene.folder, 'receipt.json');
		const answer = join(scene.folder, 'result.txt');
		writeFileSync(answer, result);
		const online = ['--relay', relayNode.url, '--chain', scene.node.url, '--job', `${jobId}`];
		const made = command(...online, '--checkpoint', `${height.settled}`, '--save', file);
		assert.equal(made.code, 0, made.text);
		assert.match(made.text, new RegExp(`^PROVEN: job ${jobId} was settled \\(OnTime\\)`));

		const { relay: evidence } = JSON.parse(readFileSync(file, 'utf8')) as { relay: { header: `0x${string}` } };
		const known = ['--bundle', file, '--relay-block', headerOf(evidence.header).hash];
		const offline = command(...known, '--result', answer);
		assert.equal(offline.code, 0, offline.text);
		assert.match(offline.text, /of the bytes given/);

		writeFileSync(answer, 'something else');
		for (const [args, reason] of [
			[['--result', answer], 'another result'],
			[['--checkpoint', `${height.settled + 1}`], 'not registered'],
			[['--not-before', `${height.settled + 1}`], 'older record'],
			[['--job', `${jobId + 1}`], 'no such job'],
		] as const) {
			const { code, text } = command(...known, ...args);
			assert.equal(code, 1, text);
			assert.match(text, new RegExp(`^REFUSED \\(${reason}\\)`));
		}
		const untrusted = command('--bundle', file);
		assert.equal(untrusted.code, 2, untrusted.text);
	});
});

/** Fields whose names say here that they are percent. */
const renamed = (name: string) => ({ feePercent: 'fee', latePenaltyPercent: 'latePenalty' })[name] ?? name;

function names(record: object): string[] {
	const back: Partial<Record<string, keyof Job>> = {
		fee: 'feePercent',
		latePenalty: 'latePenaltyPercent',
	};
	return Object.keys(record)
		.map((name) => back[name] ?? name)
		.sort();
}
