/** What both networks are asked to do. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventOf, toNumber } from '../../src/chain.ts';
import * as market from '../../src/market.ts';
import { temporaryFolder } from '../../src/node.ts';
import { EDSC } from '../../src/units.ts';
import { account, order, wellKnown } from '../support.ts';
import { Network, type Member } from './network.ts';

const LIMIT_MS = 360_000;

/** Blocks after the crash for which finality is watched. */
const WATCHED = 5;

/** What was sent, and the height at which it was first seen in a block. */
interface Sent {
	readonly receiver: string;
	readonly amount: bigint;
	readonly jobId: number;
	readonly height: number;
}

/** A suite on a network of those collators. The last one crashes. */
export function describeNetwork(
	title: string,
	names: readonly string[],
	finality: 'stops' | 'goes on',
	writeSpec: (folder: string) => string,
): void {
	describe(title, { timeout: LIMIT_MS }, () => {
		let network: Network;
		const requester = wellKnown('Eve');

		before(async () => {
			const folder = temporaryFolder('network');
			network = await Network.start(names, writeSpec(folder), folder);
		});
		after(() => network?.stop());

		/** A transfer at one member and a job at another. */
		async function send(label: string, [one, other]: readonly Member[]): Promise<Sent> {
			assert.ok(one && other);
			const receiver = account(`${title}-${label}`).address;
			const amount = 7n * EDSC + 1n;
			const transfer = one.chain.call('balances', 'transferKeepAlive', receiver, amount);
			const [paid, submitted] = await Promise.all([
				one.chain.send(transfer, wellKnown('Ferdie')),
				other.chain.send(market.submitJob(other.chain, order()), requester),
			]);
			const jobId = toNumber(eventOf(submitted, 'jobMarketplace', 'JobSubmitted').data['jobId']);
			const height = Math.max(paid.blockNumber, submitted.blockNumber);
			return { receiver, amount, jobId, height };
		}

		/** Every running member has both in its finalised state. */
		async function kept({ receiver, amount, jobId }: Sent): Promise<void> {
			for (const { chain, name } of network.up) {
				const at = await chain.api.rpc.chain.getFinalizedHead();
				assert.equal((await market.readMoney(chain, receiver, at)).free, amount, name);
				const job = await market.readJob(chain, jobId, at);
				assert.equal(job.requester, requester.address, name);
				assert.equal(job.maxPayment, order().maxPayment, name);
			}
		}

		/** A test that shows the logs when it fails. */
		const phase = (name: string, test: () => Promise<void>) =>
			it(name, async () => {
				try {
					await test();
				} catch (error) {
					console.error(network.tails());
					throw error;
				}
			});

		let early: Sent;
		phase('includes a transfer and a job with equal states everywhere, and finalises', async () => {
			await network.all('best', 1, 40);
			early = await send('early', network.members);
			network.note(`transfer and job ${early.jobId} in blocks up to ${early.height}`);
			await network.all('finalised', early.height, 60);
			network.note(`block ${early.height} is final on ${network.up.length} nodes`);
			await network.agree(early.height);
			await kept(early);
			for (const { chain, name } of network.members) {
				const { peers } = await chain.api.rpc.system.health();
				assert.ok(peers.toNumber() >= names.length - 1, `${name} has ${peers.toString()} peers`);
			}
		});

		let late: Sent;
		let watched: number;
		phase(`makes blocks after a crash; finality ${finality}`, async () => {
			const victim = network.member(names[names.length - 1] ?? '');
			await victim.stop('SIGKILL');
			const heights = await Promise.all(network.up.map((member) => member.height('best')));
			const last = Math.max(...heights);
			network.note(`${victim.name} is killed, best block ${last}`);

			late = await send('late', network.up);
			network.note(`transfer and job ${late.jobId} in blocks up to ${late.height}`);
			const finalised = () =>
				Promise.all(network.up.map((member) => member.height('finalised')));
			watched = last + WATCHED;
			if (finality === 'goes on') {
				await network.all('finalised', watched, 120);
				network.note(`block ${watched} is final on ${network.up.length} nodes`);
				return;
			}
			// Votes for blocks that the lost voter had seen may still arrive, nothing beyond them.
			await network.all('best', last + 2, 60);
			const stuck = await finalised();
			for (const height of stuck) assert.ok(height <= last, `${height} is final, ${last} was best`);
			await network.all('best', watched, 90);
			assert.deepEqual(await finalised(), stuck, 'finality moved without all voters');
			network.note(`block ${watched} is best, still ${stuck.join(' and ')} final`);
		});

		phase('catches up when the node is back, and has lost nothing', async () => {
			const victim = network.member(names[names.length - 1] ?? '');
			await victim.start();
			network.note(`${victim.name} is back`);
			const target = Math.max(watched, late.height);
			await network.all('finalised', target, 90);
			network.note(`block ${target} is final on ${network.up.length} nodes`);
			assert.equal(network.up.length, names.length);
			await network.agree(target);
			await kept(early);
			await kept(late);
		});
	});
}
