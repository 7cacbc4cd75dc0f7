/** A channel between two processes, from its opening to the money. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { KeyringPair } from '@polkadot/keyring/types';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { u8aToHex } from '@polkadot/util';
import { within, type Chain, type Receipt } from '../src/chain.ts';
import * as payments from '../src/payments.ts';
import type { Durability } from './journal.ts';
import { serverKey, type ServerKind } from './keys.ts';
import type { ProviderReport } from './provide.ts';
import type { RequesterReport } from './request.ts';

const PROCESS_TIMEOUT_MS = 180_000;

/** Processes that this one has started; none outlives it. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
	for (const child of running) child.kill('SIGKILL');
});

/** A child that prints lines, the last of them its report in JSON. */
export class Child {
	readonly lines: string[] = [];
	readonly ended: Promise<number | NodeJS.Signals>;
	readonly #child: ChildProcess;
	#errors = '';
	#heard: () => void = () => undefined;

	constructor(
		private readonly name: string,
		script: string,
		args: Readonly<Record<string, string>>,
	) {
		const options = Object.entries(args).flatMap(([option, value]) => [`--${option}`, value]);
		const file = fileURLToPath(new URL(script, import.meta.url));
		const loader = import.meta.resolve('tsx');
		const child = spawn(process.execPath, ['--import', loader, file, ...options], {
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		this.#child = child;
		running.add(child);
		createInterface({ input: child.stdout }).on('line', (line) => {
			this.lines.push(line);
			this.#heard();
		});
		child.stderr.on('data', (data: Buffer) => {
			this.#errors += data.toString();
		});
		this.ended = new Promise((resolve) => {
			child.once('close', (code, signal) => {
				running.delete(child);
				resolve(code ?? signal ?? -1);
				this.#heard();
			});
		});
	}

	kill(signal: NodeJS.Signals): void {
		this.#child.kill(signal);
	}

	/** Waits for a line that begins so, and gives the rest of it. */
	async line(prefix: string): Promise<string> {
		let ended = false;
		void this.ended.then(() => {
			ended = true;
		});
		const found = async (): Promise<string> => {
			for (;;) {
				const line = this.lines.find((one) => one.startsWith(prefix));
				if (line !== undefined) return line.slice(prefix.length);
				if (ended) throw new Error(`${this.name} ended early: ${this.#errors}`);
				await new Promise<void>((heard) => {
					this.#heard = heard;
				});
			}
		};
		return within(PROCESS_TIMEOUT_MS, `${this.name} saying "${prefix}"`, found());
	}

	/** Waits for its end and gives the report. */
	async report<Report>(): Promise<Report> {
		const code = await within(PROCESS_TIMEOUT_MS, this.name, this.ended);
		const last = this.lines.at(-1);
		if (code !== 0 || last === undefined) {
			throw new Error(`${this.name} ended with ${code}: ${this.#errors}`);
		}
		return JSON.parse(last) as Report;
	}
}

/** Who pays whom for which job, and how. */
export interface Deal {
	readonly requester: KeyringPair;
	readonly provider: KeyringPair;
	/** Secret from which the provider's process makes the same pair. */
	readonly providerUri: string;
	readonly jobId: number;
	readonly kind: ServerKind;
	readonly price: bigint;
	readonly deposit: bigint;
	readonly window: number;
	readonly durability?: Durability;
	/** Where the journals are. */
	readonly folder: string;
	/** How long the provider waits for a requester that has gone, in ms. */
	readonly patience?: number;
}

/** A channel that is open, its two journals, and the key that signs for it. */
export class Session {
	private constructor(
		private readonly chain: Chain,
		readonly deal: Deal,
		readonly channel: bigint,
		readonly opening: Receipt,
		readonly seed: Uint8Array,
	) {}

	/** Makes a key for the channel and opens it. */
	static async open(chain: Chain, deal: Deal): Promise<Session> {
		await cryptoWaitReady();
		const seed = randomBytes(32);
		const { named } = serverKey(deal.kind, seed);
		const { requester, provider, deposit, jobId: job } = deal;
		const opening = { payee: provider.address, deposit, job };
		const receipt = await chain.send(payments.openChannel(chain, opening, null, named), requester);
		const channel = payments.openedIn(receipt);
		const session = new Session(chain, deal, channel, receipt, seed);
		writeFileSync(session.path('seed'), `${u8aToHex(seed)}\n`, { mode: 0o600 });
		return session;
	}

	private path(name: string): string {
		return join(this.deal.folder, `channel-${this.channel}.${name}`);
	}

	private common(role: string): Record<string, string> {
		const { jobId, price, durability } = this.deal;
		return {
			url: this.chain.url,
			channel: `${this.channel}`,
			job: `${jobId}`,
			price: `${price}`,
			journal: this.path(role),
			durability: durability ?? 'process',
		};
	}

	/** Starts the provider and says where it listens. */
	async provide(): Promise<{ child: Child; port: number }> {
		const child = new Child('the provider', 'provide.ts', {
			...this.common('provider'),
			uri: this.deal.providerUri,
			patience: `${this.deal.patience ?? 3_000}`,
		});
		return { child, port: Number(await child.line('listening ')) };
	}

	/** Starts the requester. */
	request(port: number): Child {
		const { kind, window } = this.deal;
		return new Child('the requester', 'request.ts', {
			...this.common('requester'),
			seed: this.path('seed'),
			kind,
			window: `${window}`,
			port: `${port}`,
		});
	}
}

/** What the two processes say. */
export interface Exchange {
	readonly session: Session;
	readonly requester: RequesterReport;
	readonly provider: ProviderReport;
}

/** Opens a channel, lets the job be served over it, and waits for the settlement. */
export async function exchange(chain: Chain, deal: Deal): Promise<Exchange> {
	const session = await Session.open(chain, deal);
	const { child, port } = await session.provide();
	const requester = await session.request(port).report<RequesterReport>();
	return { session, requester, provider: await child.report<ProviderReport>() };
}
