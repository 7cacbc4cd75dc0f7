/** What is checked: a row for each. */
import { readFileSync } from 'node:fs';
import { u8aToHex } from '@polkadot/util';
import { blake2AsHex } from '@polkadot/util-crypto';
import type { Report } from '../test/zombienet/report.ts';
import type { ChainEvent } from './chain.ts';
import {
	EDSC_ACCOUNT,
	OUR_ACCOUNT,
	PBC_ID,
	paid,
	served,
	transact,
	unpaid,
	wellKnown,
	type Network,
	type Served,
} from './network.ts';

/** Blocks between checkpoints: the least that is allowed. */
const INTERVAL = 4;
/** Blocks until a checkpoint without an answer is sent again: the least that is allowed. */
const PAUSE = 8;
/** Kinds of origin that a program may ask for. */
const KINDS = ['Superuser', 'Native', 'SovereignAccount', 'Xcm'];
/** What a program that may not change the limit runs into: no such origin, or the call fails. */
const ERRORS = ['BadOrigin', 'ExpectationFalse', 'ExpectationFalse', 'ExpectationFalse'];
const EDSC = 1_000_000_000_000n;
const ETR = 1_000_000_000_000n;

export async function checks(network: Network, report: Report, nextRuntime: string): Promise<void> {
	const { relay, chain } = network;

	const maxJobs = async () => Number((await chain.read('jobMarketplace', 'maxJobs'))?.toString());
	const updateMaxJobs = (limit: number) => chain.call('jobMarketplace', 'updateMaxJobs', limit);

	const record = async (index: number) =>
		(await chain.read('checkpoint', 'checkpoints', index))?.toJSON() as
			| { blockNumber: number; stateRoot: string; acknowledgedAt: number | null }
			| undefined;

	/** Makes blocks until one above `from` has an event of that name that `matches`. */
	const event = (
		where: typeof chain,
		from: number,
		section: string,
		method: string,
		matches: (data: ChainEvent['data']) => boolean = () => true,
	): Promise<ChainEvent> =>
		network.until(`${section}.${method}`, () =>
			where
				.after(from)
				.find((one) => one.section === section && one.method === method && matches(one.data)),
		);

	/** Sends messages that must end in these ways, in this order, and leave the limit as it is. */
	const end = async (ends: readonly string[], send: () => Promise<void>): Promise<Served> => {
		const [from, before] = [chain.height, await maxJobs()];
		await send();
		// The chains' own messages about XCM versions, which may come in between, end well.
		const found = served(chain.after(from)).filter((one) => one.end !== 'done');
		const words = found.map((one) => one.end).join(', ');
		if (words !== ends.join(', ')) throw new Error(`${words}, not ${ends.join(', ')}`);
		if ((await maxJobs()) !== before) throw new Error('the limit has changed');
		const last = found.at(-1);
		if (last === undefined) throw new Error('no message has come');
		return last;
	};

	/** Checks that the relay chain has this chain's root for a block. */
	const agrees = async (block: number): Promise<string> => {
		const root = await network.registered(block);
		const own = chain.header(block).stateRoot.toHex();
		if (root !== own) throw new Error(`the relay chain has ${root} for block ${block}, not ${own}`);
		return own;
	};

	/** Waits until a checkpoint, or a later one that makes it needless, is acknowledged. */
	const settled = async (index: number, from: number): Promise<string> => {
		const { data, block } = await event(
			chain,
			from,
			'checkpoint',
			'CheckpointAcknowledged',
			(one) => Number(one['index']) >= index,
		);
		await agrees(Number(data['blockNumber']));
		return `block ${Number(data['blockNumber'])} acknowledged in ${block}`;
	};

	const before = await maxJobs();
	const limit = before + 7;
	const account = wellKnown('Bob');

	await report.step('FlareChain’s governance changes a limit', async () => {
		const from = chain.height;
		await network.govern(await updateMaxJobs(limit));
		const now = await maxJobs();
		if (now !== limit) throw new Error(`the limit is ${now}, not ${limit}`);
		const [message] = served(chain.after(from));
		if (message?.end !== 'done') throw new Error('the message has not ended well');
		return `${before} → ${now} in block ${message.block}`;
	});

	await report.step('an account of FlareChain and a sibling are given money here', async () => {
		const location = { V5: { parents: 1, interior: { X1: [{ AccountId32: { id: account.publicKey } }] } } };
		const calls = [];
		for (const to of [await chain.accountOf(location), EDSC_ACCOUNT]) {
			calls.push(await chain.call('balances', 'transferKeepAlive', to, 100n * EDSC));
		}
		const call = await chain.call('utility', 'batchAll', calls);
		await network.step({ chain: [{ call, signer: wellKnown('Alice') }] });
		return 'they can pay for their messages';
	});

	await report.step('the account is not governance', async () => {
		const attempt = transact('Superuser', await updateMaxJobs(1));
		const programs = [unpaid(attempt), paid(attempt)];
		await end(['refused', 'BadOrigin'], () => network.send(programs, account));
		return 'unpaid: refused; paid: BadOrigin';
	});

	await report.step('nor is the sibling', async () => {
		const change = await updateMaxJobs(1);
		const programs = [
			unpaid(transact('Superuser', change)),
			...KINDS.map((kind) => paid(transact(kind, change))),
		];
		await end(['refused', ...ERRORS], () => network.sendBeside(programs));
		return `unpaid: refused; paid, ${KINDS.join(', ')}: no right`;
	});

	await report.step('nor FlareChain with another kind of origin', async () => {
		const change = await updateMaxJobs(1);
		const [, ...kinds] = KINDS;
		const [, ...errors] = ERRORS;
		await end(errors, () => network.send(kinds.map((kind) => unpaid(transact(kind, change)))));
		return `${kinds.join(', ')}: no right`;
	});

	await report.step('a message that says nothing of payment is refused', async () => {
		const bare = [transact('Superuser', await updateMaxJobs(1))];
		const { block } = await end(['refused'], () => network.send([bare]));
		return `not run, block ${block}`;
	});

	await report.step('one that is too heavy waits for somebody who pays', async () => {
		const heavy = await chain.call('system', 'killPrefix', '0x6e6f7468696e67', 8_000);
		const both = await chain.call('utility', 'batchAll', [heavy, await updateMaxJobs(limit + 1)]);
		const { page, index, block } = await end(['too heavy'], () => network.govern(both));
		const weight = { refTime: 1_200_000_000_000n, proofSize: 2_000_000n };
		const call = await chain.call('messageQueue', 'executeOverweight', 'Parent', page, index, weight);
		await network.step({ chain: [{ call, signer: wellKnown('Charlie') }] });
		if ((await maxJobs()) !== limit + 1) throw new Error('it has had no effect');
		return `set aside in block ${block}, run by an account in ${chain.height}`;
	});

	await report.step('a checkpoint goes up, and FlareChain has its root', async () => {
		const parameters = (await chain.read('checkpoint', 'parameters'))?.toJSON() as object;
		const changed = { ...parameters, interval: INTERVAL, answerTimeout: PAUSE, maxBackoff: PAUSE };
		const from = [relay.height, chain.height] as const;
		await network.govern(await chain.call('checkpoint', 'setParameters', changed));
		const { data } = await event(relay, from[0], 'checkpoint', 'CheckpointRegistered');
		const block = Number(data['blockNumber']);
		const root = await agrees(block);
		const [posted] = chain.after(from[1]).filter(({ method }) => method === 'CheckpointPosted');
		if (posted?.data['attempt'] !== 1) throw new Error('it was not sent once');
		return `block ${block}, ${root.slice(0, 10)}…`;
	});

	await report.step('… and its answer comes back', async () => {
		await event(chain, 0, 'checkpoint', 'CheckpointAcknowledged', ({ index }) => index === 0);
		const first = await record(0);
		if (first === undefined || first.acknowledgedAt === null) throw new Error('the record does not say so');
		if ((await agrees(first.blockNumber)) !== first.stateRoot) throw new Error('the roots differ');
		return `block ${first.blockNumber}, acknowledged in ${first.acknowledgedAt}`;
	});

	await report.step('FlareChain refuses one: it is sent until it agrees', async () => {
		const from = chain.height;
		await network.governRelay('checkpoint', 'setRegistrar', PBC_ID, null);
		const refused = await event(chain, from, 'checkpoint', 'CheckpointRefused');
		const index = refused.data['index'];
		const again = (data: ChainEvent['data']) => data['index'] === index && data['attempt'] === 2;
		const second = await event(chain, refused.block, 'checkpoint', 'CheckpointPosted', again);
		const { block } = await event(
			chain,
			second.block,
			'checkpoint',
			'CheckpointRefused',
			(data) => data['index'] === index,
		);
		const number = Number(second.data['blockNumber']);
		if ((await network.registered(number)) !== undefined) throw new Error('it is registered');
		await network.governRelay('checkpoint', 'setRegistrar', PBC_ID, OUR_ACCOUNT);
		const done = await settled(Number(index), block);
		return `refused in blocks ${refused.block} and ${block}; ${done}`;
	});

	await report.step('the account there runs low: nothing is sent, nothing is lost', async () => {
		const from = chain.height;
		const rest = ETR / 2n;
		await network.governRelay('balances', 'forceSetBalance', OUR_ACCOUNT, rest);
		const paused = await event(chain, from, 'checkpoint', 'PostingPaused');
		if (BigInt(paused.data['balance'] as string) !== rest) throw new Error('it sees another balance');
		const noted = await event(chain, paused.block, 'checkpoint', 'CheckpointNoted');
		const sent = chain.after(paused.block).find(({ method }) => method === 'CheckpointPosted');
		if (sent !== undefined) throw new Error(`block ${sent.block} has sent one`);
		await network.governRelay('balances', 'forceSetBalance', OUR_ACCOUNT, 100n * ETR);
		const resumed = await event(chain, noted.block, 'checkpoint', 'PostingResumed');
		const done = await settled(Number(noted.data['index']), paused.block);
		return `paused in block ${paused.block}, resumed in ${resumed.block}; ${done}`;
	});

	await report.step('FlareChain finds no money: no answer, it is sent again', async () => {
		const [from, fromThere] = [chain.height, relay.height];
		const rest = ETR / 20n;
		network.hideAsked = true;
		await network.governRelay('balances', 'forceSetBalance', OUR_ACCOUNT, rest);
		const first = await event(
			chain,
			from,
			'checkpoint',
			'CheckpointPosted',
			({ attempt }) => attempt === 1,
		);
		const failed = ({ success }: ChainEvent['data']) => success === false;
		const { block } = await event(relay, fromThere, 'messageQueue', 'Processed', failed);
		const index = first.data['index'];
		const again = (data: ChainEvent['data']) => data['index'] === index && data['attempt'] === 2;
		const second = await event(chain, first.block, 'checkpoint', 'CheckpointPosted', again);
		const account = (await relay.read('system', 'account', OUR_ACCOUNT))?.toJSON() as unknown as {
			data: { free: number | string };
		};
		if (BigInt(account.data.free) !== rest) throw new Error(`it has cost something: ${account.data.free}`);
		network.hideAsked = false;
		await network.governRelay('balances', 'forceSetBalance', OUR_ACCOUNT, 100n * ETR);
		const done = await settled(Number(index), second.block);
		return `failed in relay block ${block}, sent in ${first.block} and ${second.block}; ${done}`;
	});

	const code = readFileSync(nextRuntime);
	const hash = blake2AsHex(code, 256);
	const version = async () => (await chain.head.runtimeVersion).specVersion;
	const old = await version();

	await report.step('FlareChain authorises an upgrade, an account brings the code', async () => {
		const from = chain.height;
		await network.govern(await chain.call('system', 'authorizeUpgrade', hash));
		const authorised = (await chain.read('system', 'authorizedUpgrade'))?.toJSON();
		if ((authorised as { codeHash: string } | undefined)?.codeHash !== hash) {
			throw new Error('it is not authorised');
		}
		network.holdGoAhead = true;
		const call = await chain.call('system', 'applyAuthorizedUpgrade', u8aToHex(code));
		await network.step({ chain: [{ call, signer: wellKnown('Bob') }] });
		const { block } = await event(chain, from, 'parachainSystem', 'ValidationFunctionStored');
		await network.step();
		const pending = await chain.read('parachainSystem', 'pendingValidationCode');
		if (pending === undefined || blake2AsHex(pending.toU8a(true), 256) !== hash) {
			throw new Error('the code is not pending');
		}
		if ((await version()) !== old) throw new Error('it runs already');
		return `${code.length} bytes pending since block ${block}, version ${old} goes on`;
	});

	await report.step('the go-ahead comes: the new runtime makes blocks', async () => {
		const from = chain.height;
		network.holdGoAhead = false;
		const { block } = await event(chain, from, 'parachainSystem', 'ValidationFunctionApplied');
		await network.step();
		const now = await version();
		if (now <= old) throw new Error(`the version is ${now}`);
		return `${old} → ${now} in block ${block}`;
	});

	await report.step('checkpoints and limits outlive it', async () => {
		const from = chain.height;
		const { data, block } = await event(
			chain,
			from,
			'checkpoint',
			'CheckpointAcknowledged',
			({ blockNumber }) => Number(blockNumber) > from,
		);
		await agrees(Number(data['blockNumber']));
		if ((await maxJobs()) !== limit + 1) throw new Error('the limit has changed');
		return `block ${Number(data['blockNumber'])}, acknowledged in ${block}`;
	});
}
