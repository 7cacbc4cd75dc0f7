/** A sovereign network of several collators on this machine. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Header } from '@polkadot/types/interfaces';
import { Chain, within } from '../../src/chain.ts';
import { freePort, Node, shareCompiledRuntimes } from '../../src/node.ts';
import { wellKnown } from '../support.ts';

/** A collator: its process and a connection to it. */
export class Member {
	private connection: Chain | undefined;

	constructor(
		readonly name: string,
		readonly node: Node,
	) {}

	get chain(): Chain {
		assert.ok(this.connection, `${this.name} is down`);
		return this.connection;
	}

	get isUp(): boolean {
		return this.connection !== undefined;
	}

	async start(): Promise<void> {
		await this.node.start();
		this.connection = await Chain.connect(this.node.url, { helper: wellKnown('Ferdie') });
	}

	async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
		await this.connection?.close();
		this.connection = undefined;
		await this.node.stop(signal);
	}

	/** Height of the best or the last finalised block. */
	async height(which: 'best' | 'finalised'): Promise<number> {
		const { chain } = this.chain.api.rpc;
		const header =
			which === 'best'
				? await chain.getHeader()
				: await chain.getHeader(await chain.getFinalizedHead());
		return header.number.toNumber();
	}

	/** Waits for a best or finalised block at that height, and gives the height that it saw. */
	async reaches(which: 'best' | 'finalised', height: number, seconds: number): Promise<number> {
		const { chain } = this.chain.api.rpc;
		const what = `${this.name} to have block ${height} ${which === 'best' ? 'at all' : 'finalised'}`;
		let stop: (() => void) | undefined;
		const seen = new Promise<number>((resolve, reject) => {
			const look = (header: Header) => {
				if (header.number.toNumber() >= height) resolve(header.number.toNumber());
			};
			const subscription =
				which === 'best' ? chain.subscribeNewHeads(look) : chain.subscribeFinalizedHeads(look);
			subscription.then((unsubscribe) => (stop = unsubscribe), reject);
		});
		try {
			return await within(seconds * 1_000, `waiting for ${what}`, seen);
		} finally {
			stop?.();
		}
	}
}

export class Network {
	private constructor(
		readonly members: readonly Member[],
		private readonly begun: number,
	) {}

	/** Starts a collator for each well-known name, the first as the bootnode of the others. */
	static async start(names: readonly string[], spec: string, folder: string): Promise<Network> {
		const members: Member[] = [];
		const network = new Network(members, Date.now());
		const begin = async (name: string, bootnode: readonly string[]): Promise<number> => {
			const port = await freePort();
			const basePath = join(folder, name);
			mkdirSync(basePath, { recursive: true });
			shareCompiledRuntimes(basePath);
			const args = [
				`--${name}`,
				'--collator',
				'--force-authoring',
				// Another network of the same genesis on this machine must not join this one.
				'--no-mdns',
				...['--chain', spec],
				...['--base-path', basePath],
				...['--port', `${port}`],
				...bootnode,
			];
			const log = join(folder, `${name}.log`);
			const member = new Member(name, new Node(name, args, await freePort(), log));
			members.push(member);
			await member.start();
			return port;
		};
		try {
			const [first, ...others] = names;
			assert.ok(first);
			const port = await begin(first, []);
			const peer = (await network.member(first).chain.api.rpc.system.localPeerId()).toString();
			const bootnode = ['--bootnodes', `/ip4/127.0.0.1/tcp/${port}/p2p/${peer}`];
			const started = await Promise.allSettled(others.map((name) => begin(name, bootnode)));
			for (const one of started) if (one.status === 'rejected') throw one.reason;
			members.sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
		} catch (error) {
			console.error(network.tails());
			await network.stop();
			throw error;
		}
		return network;
	}

	member(name: string): Member {
		const found = this.members.find((member) => member.name === name);
		assert.ok(found, name);
		return found;
	}

	get up(): readonly Member[] {
		return this.members.filter((member) => member.isUp);
	}

	async stop(): Promise<void> {
		await Promise.all(this.members.map((member) => member.stop('SIGKILL')));
	}

	tails(): string {
		return this.members.map((member) => member.node.tail(40)).join('\n');
	}

	/** Says what happened when. */
	note(what: string): void {
		console.log(`${((Date.now() - this.begun) / 1_000).toFixed(0).padStart(4)} s  ${what}`);
	}

	/** Waits until every running member has that block. */
	async all(which: 'best' | 'finalised', height: number, seconds: number): Promise<void> {
		await Promise.all(this.up.map((member) => member.reaches(which, height, seconds)));
	}

	/** Every running member has the same blocks with the same state from 1 up to that height. */
	async agree(height: number): Promise<void> {
		const [first, ...others] = this.up;
		assert.ok(first && others.length > 0);
		for (let number = 1; number <= height; number++) {
			const [expected, ...found] = await Promise.all(
				[first, ...others].map(async ({ chain }) => {
					const { rpc } = chain.api;
					const hash = await rpc.chain.getBlockHash(number);
					const { stateRoot } = await rpc.chain.getHeader(hash);
					return { hash: hash.toHex(), stateRoot: stateRoot.toHex() };
				}),
			);
			found.forEach((block, index) =>
				assert.deepEqual(block, expected, `block ${number} of ${others[index]?.name}`),
			);
		}
	}
}
