/** What a relay chain with real validators must show of this chain. */
import { readFileSync } from 'node:fs';
import { u8aToHex } from '@polkadot/util';
import { blake2AsHex } from '@polkadot/util-crypto';
import { collect, currentAuthorities } from '../../receipt/collect.ts';
import { withNode } from '../../receipt/rpc.ts';
import { Chain, eventOf, toNumber } from '../../src/chain.ts';
import { headerOf, type Hex } from '../../src/headers.ts';
import { actors, newRun, runJourney, type Outcome } from '../../src/journey.ts';
import * as market from '../../src/market.ts';
import { knownAuthorities, Refused, verify, type Bundle } from '../../src/receipts.ts';
import { wellKnown } from '../support.ts';
import type { Zombienet } from './network.ts';
import * as relayChain from './relay.ts';
import { duration, until, type Report } from './report.ts';

/** Until the first blocks are backed: two sessions, and the compilation of this chain's code. */
const FIRST_BLOCKS_SECONDS = 420;

/** Until a message of the relay chain has had its effect in a finalised block. */
const MESSAGE_SECONDS = 180;

/** Blocks between checkpoints in the test: the least is 4. */
const INTERVAL = 8;

/** Until validators have checked new code, the waiting time is over and a block has applied it. */
const UPGRADE_SECONDS = 600;

/** Connections to one validator and one collator. */
export interface Ends {
	readonly relay: Chain;
	readonly chain: Chain;
}

/** Connects to the first validator and the first collator. */
export async function connect(network: Zombienet): Promise<Ends> {
	const [validator] = network.validators;
	const [collator] = network.collators;
	if (validator === undefined || collator === undefined) throw new Error('the network lacks nodes');
	const relay = await Chain.connect(validator.url, { timeout: 120_000 });
	try {
		return { relay, chain: await join(collator.url) };
	} catch (error) {
		await relay.close();
		throw error;
	}
}

const join = (url: string): Promise<Chain> =>
	Chain.connect(url, { helper: wellKnown('Ferdie'), timeout: 120_000 });

/** The chain is backed and finalised. All networks show this. */
export async function basics({ relay, chain }: Ends, network: Zombienet, report: Report): Promise<void> {
	await report.step('blocks are backed, included and final', async () => {
		const last = await relayChain.finalises(chain, 3, FIRST_BLOCKS_SECONDS);
		const head = (await relay.read('paras', 'heads', [relayChain.PARA_ID])).toHex();
		if (head.length < 100) throw new Error('the relay chain has no head of the chain');
		return `block ${last} is final, relay chain at ${await relayChain.finalised(relay)}`;
	});
	await report.step('every node sees the others and the same blocks', async () => {
		const height = await relayChain.finalised(chain);
		const expected = (await chain.api.rpc.chain.getBlockHash(height)).toHex();
		let least = Infinity;
		for (const group of [network.validators, network.collators]) {
			for (const { name, url } of group) {
				const one = await Chain.connect(url, { timeout: 60_000 });
				try {
					const wanted = group.length - 1;
					const peers = await until(`${name} to have ${wanted} peers`, 90, async () => {
						const found = (await one.api.rpc.system.health()).peers.toNumber();
						return found >= wanted ? found : undefined;
					});
					if (wanted > 0) least = Math.min(least, peers);
					if (group !== network.collators) continue;
					await relayChain.finalises(one, height, 120);
					const found = (await one.api.rpc.chain.getBlockHash(height)).toHex();
					if (found !== expected) throw new Error(`${name} has another block ${height}`);
				} finally {
					await one.close();
				}
			}
		}
		return `${network.validators.length} validators, ${network.collators.length} collators, ${least} peers at least`;
	});
}

/** The same evidence with a digit changed in each of its proofs and roots, unsigned, and for another job. */
function forgeries(bundle: Bundle): Bundle[] {
	const flip = (hex: Hex): Hex => `${hex.slice(0, -1)}${hex.endsWith('0') ? '1' : '0'}` as Hex;
	const reroot = (header: Hex): Hex => {
		const { stateRoot } = headerOf(header);
		return header.replace(stateRoot.slice(2), flip(stateRoot).slice(2)) as Hex;
	};
	const { chain, relay } = bundle;
	const [first, ...rest] = chain.proof;
	const [relayFirst, ...relayRest] = relay.proof;
	if (first === undefined || relayFirst === undefined) throw new Error('the receipt has no proofs');
	return [
		{ ...bundle, chain: { ...chain, proof: [flip(first), ...rest] } },
		{ ...bundle, chain: { ...chain, header: reroot(chain.header) } },
		{ ...bundle, relay: { ...relay, proof: [flip(relayFirst), ...relayRest] } },
		{ ...bundle, relay: { ...relay, header: reroot(relay.header) } },
		{ ...bundle, relay: { ...relay, justification: null } },
		{ ...bundle, job: bundle.job + 1 },
	];
}

/** Everything that only a real relay chain can show. */
export async function everything(
	network: Zombienet,
	ends: Ends,
	report: Report,
	nextRuntime: string,
	print: (line: string) => void,
): Promise<Ends> {
	const { relay } = ends;
	let { chain } = ends;
	const sudo = wellKnown('Alice');
	const stranger = wellKnown('Bob');
	const begun = { at: Date.now(), block: await relayChain.finalised(chain) };
	// What a third party knows of the relay chain, from before everything that is proven to it.
	const authorities = await withNode(relay.url, currentAuthorities);

	// The marketplace is used while all this happens, until the collator is killed.
	const lines: string[] = [];
	const run = newRun();
	const journeyBegan = Date.now();
	let journeyTook = 0;
	const journey: Promise<Outcome> = runJourney(chain, actors('//Alice', run), run, (line) =>
		lines.push(line),
	).then((outcome) => {
		journeyTook = Date.now() - journeyBegan;
		return outcome;
	});
	// Its failure is told when it is awaited.
	journey.catch(() => undefined);

	const maxJobs = async () => {
		const at = await chain.api.rpc.chain.getFinalizedHead();
		return toNumber(await chain.read('jobMarketplace', 'maxJobs', [], at));
	};
	const before = await maxJobs();

	await report.step('an account of the relay chain is not governance', async () => {
		const from = await relayChain.finalised(chain);
		await relayChain.pretend(relay, stranger, chain.call('jobMarketplace', 'updateMaxJobs', 1));
		const { block } = await relayChain.firstEvent(
			chain,
			'the message to be refused',
			from,
			MESSAGE_SECONDS,
			({ section, method, data }) =>
				section === 'messageQueue' &&
				(method === 'ProcessingFailed' || (method === 'Processed' && data['success']?.toString() === 'false')),
		);
		const now = await maxJobs();
		if (now !== before) throw new Error(`the limit is ${now}`);
		return `refused in block ${block}, the limit stays ${now}`;
	});

	await report.step('FlareChain’s governance changes a limit', async () => {
		const wanted = before + 7;
		const call = chain.call('jobMarketplace', 'updateMaxJobs', wanted);
		const { blockNumber } = await relayChain.govern(relay, sudo, call);
		await until('the limit to change', MESSAGE_SECONDS, async () =>
			(await maxJobs()) === wanted ? true : undefined,
		);
		return `${before} → ${wanted}, sent in relay block ${blockNumber}`;
	});

	await report.step('… and lowers the checkpoint interval', async () => {
		const parameters = (await chain.read('checkpoint', 'parameters')).toJSON() as object;
		const changed = { ...parameters, interval: INTERVAL, answerTimeout: 8 };
		await relayChain.govern(relay, sudo, chain.call('checkpoint', 'setParameters', changed));
		return until('the interval to change', MESSAGE_SECONDS, async () => {
			const at = await chain.api.rpc.chain.getFinalizedHead();
			const now = (await chain.read('checkpoint', 'parameters', [], at)).toJSON() as {
				interval: number;
			};
			return now.interval === INTERVAL ? `a checkpoint every ${INTERVAL} blocks` : undefined;
		});
	});

	/** Waits for checkpoints above a block and checks their roots. */
	const registeredAbove = async (above: number, count: number): Promise<string> => {
		const found = await until(
			`${count} checkpoints above block ${above} to be registered`,
			60 + (count + 1) * INTERVAL * 18,
			async () => {
				const all = (await relayChain.checkpoints(relay)).filter(({ block }) => block > above);
				return all.length >= count ? all : undefined;
			},
		);
		await relayChain.agree(chain, found);
		const outside = found.find(({ block }) => block % INTERVAL !== 0);
		if (outside !== undefined) throw new Error(`block ${outside.block} is no multiple of ${INTERVAL}`);
		return `blocks ${found.map(({ block }) => block).join(', ')}`;
	};

	await report.step('the relay chain has the roots of our headers', () => registeredAbove(0, 2));

	await report.step('… and has confirmed them', async () => {
		const wanted = (await relayChain.checkpoints(relay)).map(({ block }) => block);
		const confirmed = await until('confirmations', MESSAGE_SECONDS, async () => {
			const at = await chain.api.rpc.chain.getFinalizedHead();
			const records = (await chain.entries('checkpoint', 'checkpoints', at)).map(
				([, record]) => record.toJSON() as { blockNumber: number; acknowledgedAt: number | null },
			);
			const blocks = records
				.filter(({ acknowledgedAt }) => acknowledgedAt !== null)
				.map(({ blockNumber }) => blockNumber);
			return wanted.every((block) => blocks.includes(block)) ? blocks : undefined;
		});
		return `${confirmed.length} acknowledged`;
	});

	let jobId = -1;
	let settledBy = 0;
	await report.step('meanwhile a job goes from prompt to payout', async () => {
		const outcome = await journey.catch((error: Error) => {
			throw new Error(`${error.message}\n${lines.join('\n')}`);
		});
		const wrong = outcome.checks.filter(({ expected, found }) => expected !== found);
		if (wrong.length > 0) throw new Error(lines.join('\n'));
		jobId = outcome.jobId;
		settledBy = await relayChain.finalised(chain);
		return `job ${jobId}, ${outcome.checks.length} sums right to the unit, ${duration(journeyTook)}`;
	});

	await report.step('a third party proves how the job ended', async () => {
		await registeredAbove(settledBy, 1);
		const wanted = { job: jobId, notBefore: settledBy };
		const bundle = await withNode(relay.url, (validator) =>
			withNode(chain.url, (collator) => collect(validator, collator, { ...wanted, authorities })),
		);
		// The signatures of the relay chain's authorities are checked, no node is believed.
		const receipt = verify(bundle, knownAuthorities(authorities), wanted);
		if (receipt.record.status !== 'Settled') throw new Error(`the job was ${receipt.record.status}`);
		for (const forged of forgeries(bundle)) {
			try {
				verify(forged, knownAuthorities(authorities), wanted);
			} catch (error) {
				if (error instanceof Refused) continue;
				throw error;
			}
			throw new Error('a forged receipt is accepted');
		}
		return `job ${jobId} settled, by block ${receipt.block.number} and relay block ${receipt.relay.number}`;
	});

	await report.step('a killed collator comes back', async () => {
		const victim = network.collators[network.collators.length - 1];
		if (victim === undefined) throw new Error('there is no collator');
		const alone = network.collators.length === 1;
		const height = await relayChain.finalised(chain);
		if (alone) await chain.close();
		await network.kill(victim.name);
		// The relay chain does not stop. The chain does if that was its only collator.
		const relayHeight = await relayChain.finalised(relay);
		await relayChain.finalises(relay, relayHeight + 4, 120);
		const between = alone ? height : await relayChain.finalises(chain, height + 2, 180);
		network.restart(victim.name);
		const back = await until(`${victim.name} to answer`, 120, () => join(victim.url));
		if (alone) chain = back;
		const last = await relayChain.finalises(back, between + 3, 300);
		if (!alone) await back.close();
		const job = await market.readJob(chain, jobId, await chain.api.rpc.chain.getFinalizedHead());
		if (job.status !== 'Settled') throw new Error(`job ${jobId} is ${job.status}`);
		return `${victim.name} gone at block ${height}, block ${last} final with it`;
	});

	let upgradedAt = 0;
	await report.step('the runtime is upgraded on the relay chain’s go-ahead', async () => {
		const code = u8aToHex(readFileSync(nextRuntime));
		const hash = blake2AsHex(code, 256);
		const old = await relayChain.specVersion(chain);
		if ((await relayChain.currentCode(relay, relayChain.PARA_ID)) === hash) {
			throw new Error('the new runtime is the old one');
		}
		await relayChain.govern(relay, sudo, chain.call('system', 'authorizeUpgrade', hash));
		await until('the upgrade to be authorised', MESSAGE_SECONDS, async () => {
			const at = await chain.api.rpc.chain.getFinalizedHead();
			const authorised = (await chain.read('system', 'authorizedUpgrade', [], at)).toJSON();
			return (authorised as { codeHash: string } | null)?.codeHash === hash ? true : undefined;
		});
		const apply = chain.call('system', 'applyAuthorizedUpgrade', code);
		const receipt = await chain.send(apply, stranger, { timeout: MESSAGE_SECONDS * 1_000 });
		eventOf(receipt, 'parachainSystem', 'ValidationFunctionStored');
		const version = await until('the new version', UPGRADE_SECONDS, async () => {
			const now = await relayChain.specVersion(chain);
			return now > old ? now : undefined;
		});
		// polkadot.js mixes the types of both runtimes in a connection that has seen the change.
		const { url } = chain;
		await chain.close();
		chain = await join(url);
		const { block, event } = await relayChain.firstEvent(
			chain,
			'the go-ahead',
			receipt.blockNumber,
			MESSAGE_SECONDS,
			({ section, method }) => section === 'parachainSystem' && method === 'ValidationFunctionApplied',
		);
		upgradedAt = block;
		await until('the relay chain to run the new code', MESSAGE_SECONDS, async () =>
			(await relayChain.currentCode(relay, relayChain.PARA_ID)) === hash ? true : undefined,
		);
		const relayBlock = event.data['relayChainBlockNum']?.toString() ?? '?';
		return `${old} → ${version} in block ${block}, go-ahead in relay block ${relayBlock}`;
	});

	await report.step('checkpoints go on under the new runtime', () => registeredAbove(upgradedAt, 1));

	await report.step('the state has outlived all this', async () => {
		const at = await chain.api.rpc.chain.getFinalizedHead();
		const job = await market.readJob(chain, jobId, at);
		if (job.status !== 'Settled') throw new Error(`job ${jobId} is ${job.status}`);
		if ((await maxJobs()) !== before + 7) throw new Error('the limit has changed again');
		return `job ${jobId} settled, limit ${before + 7}`;
	});

	const blocks = (await relayChain.finalised(chain)) - begun.block;
	const seconds = (Date.now() - begun.at) / 1_000;
	print(`A final block every ${(seconds / blocks).toFixed(1)} s on average, the standstill included.`);
	return { relay, chain };
}
