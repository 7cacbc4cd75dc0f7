/** Vouchers between two processes, as a command: figures and the money. */
import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Keyring } from '@polkadot/api';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { Chain, eventOf, toNumber } from '../src/chain.ts';
import * as market from '../src/market.ts';
import { devNode, temporaryFolder } from '../src/node.ts';
import * as payments from '../src/payments.ts';
import { Table } from '../src/table.ts';
import { EDSC, formatUnits } from '../src/units.ts';
import type { Durability } from './journal.ts';
import { serverKey, verifyFast, type ServerKind } from './keys.ts';
import { exchange, type Exchange } from './run.ts';
import { isSignedBy, signVoucher } from '../src/vouchers.ts';
import { longText, promptOf } from './work.ts';

const USAGE = `Lets a requester and a provider, two processes, exchange a voucher for each token of a job over
TCP on this machine, and settle with one extrinsic, on a dev node of its own. Prints vouchers
per second and latencies, and checks the money to the unit.

Usage: npm run vouchers -- [--vouchers 10000] [--windows 1,32] [--kinds sr25519,ed25519] [--disk]

  --vouchers   how many tokens the job has
  --windows    how many tokens may be paid and not delivered yet; a run for each
  --kinds      keys that sign the vouchers; a run for each
  --disk       keeps each voucher on the disk, not only out of the process, before going on
  --help       this text`;

const PRICE = 1_000_003n;
const ROYALTY_BPS = 777;
const PROVIDER_URI = '//Alice//vouchers//provider';

const TABLE = new Table([
	{ title: 'key', width: 8 },
	{ title: 'window', width: 6, align: 'right' },
	{ title: 'vouchers', width: 8, align: 'right' },
	{ title: 'per second', width: 10, align: 'right' },
	{ title: 'p50 ms', width: 7, align: 'right' },
	{ title: 'p95', width: 7, align: 'right' },
	{ title: 'p99', width: 7, align: 'right' },
	{ title: 'max', width: 7, align: 'right' },
	{ title: 'B/voucher', width: 9, align: 'right' },
	{ title: 'B/token', width: 8, align: 'right' },
	{ title: 'CPU µs', width: 11, align: 'right' },
	{ title: 'settled', width: 7 },
]);

/** Milliseconds that one of these takes, over a second of them. */
function timed(act: (round: number) => void): number {
	for (let round = 0; round < 200; round++) act(round);
	const began = performance.now();
	let rounds = 0;
	while (performance.now() - began < 1_000) act(rounds++);
	return (performance.now() - began) / rounds;
}

/** How long one signature and one check take alone. */
function alone(chain: Chain, kind: ServerKind): { sign: number; check: number } {
	const genesis = chain.api.genesisHash.toU8a();
	const key = serverKey(kind, createHash('sha256').update(kind).digest());
	const voucher = (amount: number) => ({
		channel: 7n,
		payee: payments.POOL,
		amount: BigInt(amount),
		nonce: 1n,
		lock: null,
	});
	const sign = timed((round) => signVoucher(genesis, key, voucher(round)));
	const signed = Array.from({ length: 64 }, (_, n) => signVoucher(genesis, key, voucher(n)));
	const check = timed((round) => {
		const one = signed[round % signed.length];
		if (!one || !isSignedBy(genesis, key.named, one, verifyFast)) throw new Error('invalid');
	});
	return { sign, check };
}

function whole(text: string, name: string): number {
	const value = Number(text);
	if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} takes whole numbers from 1 on`);
	return value;
}

/** Whether one run's money is right, and what the provider says of it. */
function isRight({ requester, provider }: Exchange, price: bigint): boolean {
	const gross = price * BigInt(requester.tokens);
	const shares = payments.sharesOf(gross, ROYALTY_BPS);
	return (
		provider.settlements === 1 &&
		BigInt(provider.claimed) === gross &&
		BigInt(provider.paid) === shares.payee &&
		BigInt(provider.fee) === shares.fee &&
		BigInt(provider.royalty) === shares.royalty
	);
}

async function main(): Promise<boolean> {
	const { values } = parseArgs({
		options: {
			vouchers: { type: 'string', default: '10000' },
			windows: { type: 'string', default: '1,32' },
			kinds: { type: 'string', default: 'sr25519,ed25519' },
			disk: { type: 'boolean', default: false },
			help: { type: 'boolean', short: 'h', default: false },
		},
	});
	if (values.help) {
		console.log(USAGE);
		return true;
	}
	const tokens = whole(values.vouchers, 'vouchers');
	const windows = values.windows.split(',').map((one) => whole(one, 'windows'));
	const kinds = values.kinds.split(',').map((kind): ServerKind => {
		if (kind !== 'sr25519' && kind !== 'ed25519') throw new Error(`--kinds knows no ${kind}`);
		return kind;
	});
	const durability: Durability = values.disk ? 'disk' : 'process';

	await cryptoWaitReady();
	const keyring = new Keyring({ type: 'sr25519', ss58Format: 42 });
	const alice = keyring.addFromUri('//Alice');
	const requester = keyring.addFromUri('//Alice//vouchers//requester');
	const provider = keyring.addFromUri(PROVIDER_URI);
	const owner = keyring.addFromUri('//Alice//vouchers//owner');
	const folder = temporaryFolder('vouchers');
	const node = await devNode('instant', folder);
	await node.start();
	try {
		const chain = await Chain.connect(node.url, { helper: alice });
		try {
			for (const { address } of [requester, provider, owner]) {
				await chain.send(chain.call('balances', 'transferKeepAlive', address, 2_000n * EDSC), alice);
			}
			const gpuDid = 'did:etrid:gpu:vouchers';
			const modelDid = 'did:etrid:ai:llm:vouchers';
			await chain.send(market.registerAi(chain, modelDid), owner);
			const model = { did: modelDid, minVramGb: 24, royaltyBps: ROYALTY_BPS };
			await chain.send(market.registerModel(chain, model), owner);
			await chain.send(market.registerDid(chain, gpuDid, provider.address, gpuDid), provider);
			await chain.send(
				market.registerNode(chain, {
					did: gpuDid,
					model: 'NVIDIA L40S',
					vramGb: 48,
					cudaCores: 18_176,
					location: 'EU-NORTH-1',
					stake: 1_000n * EDSC,
				}),
				provider,
			);
			const prompt = promptOf({ text: longText(), tokens });

			console.log(`${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}, Node.js ${process.version}`);
			for (const kind of kinds) {
				const { sign, check } = alone(chain, kind);
				console.log(`${kind}: one signature ${sign.toFixed(3)} ms, one check ${check.toFixed(3)} ms`);
			}
			console.log(`Each voucher is kept ${values.disk ? 'on the disk' : 'outside the process'} by both sides.`);
			console.log('');
			console.log(TABLE.header());
			let isFine = true;
			for (const kind of kinds) {
				for (const window of windows) {
					const submitted = await chain.send(
						market.submitJob(chain, {
							modelDid,
							prompt,
							maxTokens: 2 * tokens + 10_000,
							maxPayment: EDSC,
							minVramGb: 24,
							confidential: false,
						}),
						requester,
					);
					const jobId = toNumber(eventOf(submitted, 'jobMarketplace', 'JobSubmitted').data['jobId']);
					// The market pays next to nothing: the tokens are paid by vouchers.
					await chain.send(market.placeBid(chain, jobId, gpuDid, 1_000n, 600_000), provider);
					await chain.send(market.assignJob(chain, jobId, gpuDid), requester);
					await chain.send(market.onJob(chain, 'startJob', jobId), provider);
					const done = await exchange(chain, {
						requester,
						provider,
						providerUri: PROVIDER_URI,
						jobId,
						kind,
						price: PRICE,
						deposit: PRICE * BigInt(tokens) + EDSC,
						window,
						durability,
						folder,
					});
					await chain.send(market.acceptResult(chain, jobId, null), requester);
					const right = isRight(done, PRICE);
					isFine &&= right;
					const { requester: r, provider: p } = done;
					const ms = (value: number) => value.toFixed(2);
					console.log(
						TABLE.row([
							kind,
							`${window}`,
							`${r.vouchers}`,
							r.perSecond.toFixed(0),
							ms(r.latency.p50),
							ms(r.latency.p95),
							ms(r.latency.p99),
							ms(r.latency.max),
							(r.bytesSent / r.vouchers).toFixed(1),
							(r.bytesReceived / r.tokens).toFixed(1),
							`${((r.cpuSeconds * 1e6) / r.vouchers).toFixed(0)} + ${((p.cpuSeconds * 1e6) / r.vouchers).toFixed(0)}`,
							right ? 'ok' : 'WRONG',
						]),
					);
					if (window === windows[0] && kind === kinds[0]) {
						console.log(
							`  ${formatUnits(BigInt(p.claimed))} units by one extrinsic: ${formatUnits(BigInt(p.paid))} to the ` +
								`provider, ${formatUnits(BigInt(p.fee))} fee, ${formatUnits(BigInt(p.royalty))} royalty`,
						);
					}
				}
			}
			return isFine;
		} finally {
			await chain.close();
		}
	} catch (error) {
		console.error(node.tail());
		throw error;
	} finally {
		await node.stop();
	}
}

try {
	process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
	console.error(`Error: ${(error as Error).message}`);
	process.exitCode = 1;
}
