/**
 * The provider as a process of its own: serves a job over a channel, delivers the result, and
 * brings its best voucher to the chain: when the work is done, when the requester has gone, or when
 * the channel closes.
 */
import { parseArgs } from 'node:util';
import { Keyring } from '@polkadot/api';
import { u8aToHex } from '@polkadot/util';
import { blake2AsU8a, cryptoWaitReady } from '@polkadot/util-crypto';
import { Chain, eventOf, toBigInt, type Receipt } from '../src/chain.ts';
import * as market from '../src/market.ts';
import * as payments from '../src/payments.ts';
import { countTokens } from '../src/provider.ts';
import { Receiver } from '../src/vouchers.ts';
import { Journal, type Durability } from './journal.ts';
import { verifyFast } from './keys.ts';
import { Serving } from './serving.ts';
import { tokensOfWork, workOf } from './work.ts';

/** What this process prints at its end. */
export interface ProviderReport {
	/** Why it went to the chain. */
	readonly reason: 'done' | 'lost' | 'closing';
	readonly vouchers: number;
	readonly refusals: Readonly<Record<string, number>>;
	/** All that the best voucher promises. */
	readonly promised: string;
	/** All that the chain has paid of the channel, before shares. */
	readonly claimed: string;
	readonly paid: string;
	readonly fee: string;
	readonly royalty: string;
	/** Fees of its transactions. */
	readonly fees: string;
	/** Extrinsics that brought vouchers to the chain. */
	readonly settlements: number;
	/** What became of the channel. */
	readonly channel: 'open' | 'closed';
	/** Of the exchange alone. */
	readonly cpuSeconds: number;
}

/** How many vouchers are taken between two lines about it. */
const REPORT_EVERY = 1_000;

const { values } = parseArgs({
	options: {
		url: { type: 'string' },
		uri: { type: 'string' },
		channel: { type: 'string' },
		job: { type: 'string' },
		journal: { type: 'string' },
		price: { type: 'string' },
		patience: { type: 'string', default: '3000' },
		durability: { type: 'string', default: 'process' },
	},
});
const { url, uri, channel: number, job, journal: path, price } = values;
if (!url || !uri || !number || !job || !path || !price) throw new Error('arguments are missing');

await cryptoWaitReady();
const pair = new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri(uri);
const chain = await Chain.connect(url);
const channel = BigInt(number);
const jobId = Number(job);

const terms = await payments.termsOf(chain, channel);
if (terms.payee !== u8aToHex(pair.addressRaw)) throw new Error(`channel ${channel} pays somebody else`);
const prompt = await market.readPrompt(chain, jobId);
if (prompt === undefined) throw new Error(`job ${jobId} has no prompt on chain`);
const work = workOf(prompt);
const receiver = new Receiver(terms, terms.claimed, verifyFast);
const journal = Journal.open(path, values.durability as Durability);
const serving = new Serving({
	receiver,
	journal,
	price: BigInt(price),
	work: tokensOfWork(work),
	tokens: work.tokens,
});

const fees: bigint[] = [];
const send = async (call: Parameters<Chain['send']>[0]): Promise<Receipt> => {
	const receipt = await chain.send(call, pair);
	fees.push(receipt.fee);
	return receipt;
};

/** Resolves when there is a reason to go to the chain. */
const reason = new Promise<ProviderReport['reason']>((resolve) => {
	void serving.done.then(() => resolve('done'));
	let patience: NodeJS.Timeout | undefined;
	serving.onLost = () => {
		clearTimeout(patience);
		patience = setTimeout(() => resolve('lost'), Number(values.patience));
	};
	serving.onFound = () => clearTimeout(patience);
	const look = async () => {
		const now = await payments.channelNow(chain, channel);
		if (now?.phase === 'Open') receiver.terms.deposit = now.deposit;
		else {
			serving.closing = true;
			resolve('closing');
		}
	};
	void chain.api.rpc.chain.subscribeFinalizedHeads(() => {
		look().catch((error: Error) => console.error(error.message));
	});
});

serving.onTaken = (vouchers) => {
	if (vouchers % REPORT_EVERY === 0) process.stdout.write(`taken ${vouchers}\n`);
};
const started = process.cpuUsage();
process.stdout.write(`listening ${await serving.listen()}\n`);
const why = await reason;
serving.closing = true;
const cpu = process.cpuUsage(started);
if (why === 'done') {
	const { text } = await serving.done;
	const hash = blake2AsU8a(text, 256);
	const tokens = countTokens(new TextDecoder().decode(prompt)) + countTokens(text);
	// Too long for the chain: the requester has it, and the hash says that it is this one.
	await send(market.completeJob(chain, jobId, hash, tokens, null));
}

const last = receiver.claim();
const stays = why === 'lost';
let settled: Receipt | undefined;
if (!stays) settled = await send(payments.close(chain, channel, last));
else if (last !== null) settled = await send(payments.claim(chain, last));
const claimed =
	settled === undefined || last === null
		? undefined
		: eventOf(settled, 'paymentStreams', 'VoucherClaimed').data;
const part = (name: string) =>
	(claimed === undefined ? 0n : toBigInt(payments.fieldOf(claimed, name))).toString();
const report: ProviderReport = {
	reason: why,
	vouchers: serving.vouchers,
	refusals: Object.fromEntries(serving.refusals),
	promised: receiver.amount.toString(),
	claimed: part('claimed'),
	paid: part('paid'),
	fee: part('fee'),
	royalty: part('royalty'),
	fees: fees.reduce((sum, fee) => sum + fee, 0n).toString(),
	settlements: settled === undefined ? 0 : 1,
	channel: stays ? 'open' : 'closed',
	cpuSeconds: (cpu.user + cpu.system) / 1e6,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
serving.close();
journal.close();
await chain.close();
process.exit(0);
