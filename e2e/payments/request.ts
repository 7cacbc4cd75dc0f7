/**
 * The requester as a process of its own: buys the tokens of a job over a channel, with a key that
 * signs nothing but vouchers.
 */
import { parseArgs } from 'node:util';
import { readFileSync } from 'node:fs';
import { hexToU8a, u8aToHex } from '@polkadot/util';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { Chain } from '../src/chain.ts';
import * as market from '../src/market.ts';
import * as payments from '../src/payments.ts';
import { Journal, type Durability } from './journal.ts';
import { serverKey, type ServerKind } from './keys.ts';
import { buy } from './paying.ts';
import { tokensOfWork, workOf } from './work.ts';

/** What this process prints at its end. */
export interface RequesterReport {
	readonly tokens: number;
	readonly vouchers: number;
	readonly seconds: number;
	readonly perSecond: number;
	/** In ms. */
	readonly latency: Readonly<Record<'p50' | 'p95' | 'p99' | 'max', number>>;
	readonly bytesSent: number;
	readonly bytesReceived: number;
	readonly hash: string;
	readonly promised: string;
	/** Of the exchange alone. */
	readonly cpuSeconds: number;
}

const { values } = parseArgs({
	options: {
		url: { type: 'string' },
		channel: { type: 'string' },
		job: { type: 'string' },
		journal: { type: 'string' },
		seed: { type: 'string' },
		kind: { type: 'string' },
		price: { type: 'string' },
		port: { type: 'string' },
		window: { type: 'string', default: '1' },
		durability: { type: 'string', default: 'process' },
	},
});
const { url, channel, job, journal: path, seed, kind, price, port } = values;
if (!url || !channel || !job || !path || !seed || !kind || !price || !port) {
	throw new Error('arguments are missing');
}

await cryptoWaitReady();
const chain = await Chain.connect(url);
const prompt = await market.readPrompt(chain, Number(job));
if (prompt === undefined) throw new Error(`job ${job} has no prompt on chain`);
const work = workOf(prompt);
const terms = await payments.termsOf(chain, BigInt(channel));
const key = serverKey(kind as ServerKind, hexToU8a(readFileSync(seed, 'utf8').trim()));
const journal = Journal.open(path, values.durability as Durability);
const started = process.cpuUsage();
const bought = await buy(
	{
		terms,
		key,
		journal,
		price: BigInt(price),
		tokens: work.tokens,
		window: Number(values.window),
		expected: tokensOfWork(work),
	},
	Number(port),
);
const cpu = process.cpuUsage(started);
const { latencies } = bought;
const percentile = (of: number) =>
	latencies[Math.min(latencies.length - 1, Math.floor((latencies.length * of) / 100))] ?? 0;
const report: RequesterReport = {
	tokens: bought.tokens,
	vouchers: bought.vouchers,
	seconds: bought.seconds,
	perSecond: bought.vouchers / bought.seconds,
	latency: { p50: percentile(50), p95: percentile(95), p99: percentile(99), max: percentile(100) },
	bytesSent: bought.bytesSent,
	bytesReceived: bought.bytesReceived,
	hash: u8aToHex(bought.hash),
	promised: (BigInt(price) * BigInt(bought.tokens)).toString(),
	cpuSeconds: (cpu.user + cpu.system) / 1e6,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
journal.close();
await chain.close();
