/** Nodes as child processes. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
	createWriteStream,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { within } from './chain.ts';

/** The folder in which the project's scripts keep what they build, and nodes of the tests what they compile. */
export const CACHE = join(homedir(), '.cache', 'ai-compute-pbc');

const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const READY = /Running JSON-RPC server: addr=(?:127\.0\.0\.1|0\.0\.0\.0):(\d+)/;
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 20_000;

function binary(variable: string, name: string): string {
	const path = process.env[variable] ?? join(REPOSITORY, 'target', 'release', name);
	if (!existsSync(path)) {
		throw new Error(`there is no ${path}: build it, or say with ${variable} where it is`);
	}
	return path;
}

/** The collator: `AI_COMPUTE_COLLATOR`, or the release build of this checkout. */
export const collatorBinary = () => binary('AI_COMPUTE_COLLATOR', 'ai-compute-pbc-collator');

/** The generator of chain specs: `AI_COMPUTE_CHAIN_SPEC_GENERATOR`, or the collator's neighbour. */
export function specGeneratorBinary(): string {
	const neighbour = join(dirname(collatorBinary()), 'chain-spec-generator');
	if (process.env['AI_COMPUTE_CHAIN_SPEC_GENERATOR'] === undefined && existsSync(neighbour)) {
		return neighbour;
	}
	return binary('AI_COMPUTE_CHAIN_SPEC_GENERATOR', 'chain-spec-generator');
}

/** Runs a command to its end and gives its standard output. */
export function output(command: string, args: readonly string[]): string {
	const { status, stdout, stderr, error } = spawnSync(command, args, {
		encoding: 'utf8',
		maxBuffer: 1 << 28,
		timeout: START_TIMEOUT_MS,
	});
	if (error !== undefined) throw error;
	if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
	return stdout;
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
	return new Promise((done, failed) => {
		const server = createServer();
		server.once('error', failed);
		server.listen(0, '127.0.0.1', () => {
			const address = server.address();
			server.close(() =>
				typeof address === 'object' && address !== null
					? done(address.port)
					: failed(new Error('no free port')),
			);
		});
	});
}

/** A folder that is removed when this process ends. */
export function temporaryFolder(label: string): string {
	const folder = mkdtempSync(join(tmpdir(), `ai-compute-${label}-`));
	process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/**
 * Lets a node keep compiled runtimes where all nodes of the tests look for them: compiling the
 * runtime is most of the time that a start takes.
 */
export function shareCompiledRuntimes(basePath: string): void {
	const shared = join(CACHE, 'wasm');
	mkdirSync(shared, { recursive: true });
	const own = join(basePath, 'wasm');
	if (!existsSync(own)) symlinkSync(shared, own);
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
	for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	process.once(signal, () => process.exit(1));
}

export class Node {
	private child: ChildProcess | undefined;
	private port: number | undefined;

	/**
	 * @param label names the node in messages.
	 * @param args everything but `--rpc-port`.
	 * @param logFile what the node prints is added here.
	 */
	constructor(
		readonly label: string,
		private readonly args: readonly string[],
		readonly rpcPort: number,
		readonly logFile: string,
	) {}

	/** Where its RPC listens. */
	get url(): string {
		if (this.port === undefined) throw new Error(`${this.label} does not run`);
		return `ws://127.0.0.1:${this.port}`;
	}

	/** Process id while it runs. */
	get pid(): number | undefined {
		return this.child?.pid;
	}

	/** Starts it and waits until its RPC listens. */
	async start(): Promise<void> {
		if (this.child !== undefined) throw new Error(`${this.label} runs already`);
		// The line that tells of the RPC is logged at the usual level.
		const { RUST_LOG: _, ...env } = process.env;
		const child = spawn(collatorBinary(), [...this.args, '--rpc-port', `${this.rpcPort}`], {
			stdio: ['ignore', 'pipe', 'pipe'],
			env,
		});
		this.child = child;
		running.add(child);
		const log = createWriteStream(this.logFile, { flags: 'a' });
		const ready = new Promise<number>((listening, failed) => {
			child.once('error', failed);
			child.once('exit', (code, signal) => {
				running.delete(child);
				this.child = undefined;
				this.port = undefined;
				failed(new Error(`${this.label} ended with ${code ?? signal}`));
			});
			for (const stream of [child.stdout, child.stderr]) {
				createInterface({ input: stream }).on('line', (line) => {
					log.write(`${line}\n`);
					const port = READY.exec(line)?.[1];
					if (port !== undefined) listening(Number(port));
				});
			}
		});
		try {
			this.port = await within(START_TIMEOUT_MS, `starting ${this.label}`, ready);
		} catch (error) {
			await this.stop('SIGKILL');
			throw new Error(`${(error as Error).message}\n${this.tail()}`, { cause: error });
		}
	}

	/** Ends it and waits until it is gone. `SIGKILL` gives it no chance to tidy up. */
	async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
		const child = this.child;
		if (child === undefined) return;
		const gone = new Promise<void>((done) => child.once('exit', () => done()));
		child.kill(signal);
		try {
			await within(STOP_TIMEOUT_MS, `stopping ${this.label}`, gone);
		} catch {
			child.kill('SIGKILL');
			await gone;
		}
	}

	/** The last lines that it printed. */
	tail(lines = 30): string {
		if (!existsSync(this.logFile)) return `${this.label} printed nothing`;
		const text = readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines);
		return `--- ${this.label}, last lines of its log ---\n${text.join('\n')}`;
	}
}

/** How a development node makes blocks: as transactions arrive, when asked, or every so many ms. */
export type Sealing = 'instant' | 'manual' | number;

/** A node of a development chain of its own. */
export async function devNode(sealing: Sealing, basePath: string): Promise<Node> {
	shareCompiledRuntimes(basePath);
	return new Node(
		`the node with sealing ${sealing}`,
		[
			...['--dev', '--sealing', `${sealing}`],
			...['--base-path', basePath],
			...['--port', `${await freePort()}`],
			'--no-prometheus',
		],
		await freePort(),
		join(basePath, 'node.log'),
	);
}
