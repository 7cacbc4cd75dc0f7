/** Nodes by their RPC alone: no metadata, nothing that a node could tell wrongly. */
import { WsProvider } from '@polkadot/api';
import { within } from '../src/chain.ts';

/** A node that answers JSON-RPC. */
export interface Rpc {
	request<T>(method: string, ...params: readonly unknown[]): Promise<T>;
	/** The first thing that a subscription tells; undefined if it tells nothing for so long. */
	first<T>(subscription: Subscription, milliseconds: number): Promise<T | undefined>;
}

/** The three names of a subscription. */
export interface Subscription {
	readonly notice: string;
	readonly subscribe: string;
	readonly unsubscribe: string;
}

const CONNECT_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 60_000;

/** Connects to a node, does something, disconnects. */
export async function withNode<T>(url: string, use: (node: Rpc) => Promise<T>): Promise<T> {
	const provider = new WsProvider(url, false, {}, REQUEST_TIMEOUT_MS);
	try {
		await within(CONNECT_TIMEOUT_MS, `connecting to ${url}`, connect(provider, url));
		return await use({
			request: (method, ...params) => provider.send(method, [...params]),
			first: (subscription, milliseconds) => first(provider, subscription, milliseconds),
		});
	} finally {
		await provider.disconnect();
	}
}

function connect(provider: WsProvider, url: string): Promise<void> {
	return new Promise((done, failed) => {
		provider.on('connected', () => done());
		provider.on('error', () => failed(new Error(`no node answers at ${url}`)));
		provider.connect().catch(failed);
	});
}

async function first<T>(
	provider: WsProvider,
	{ notice, subscribe, unsubscribe }: Subscription,
	milliseconds: number,
): Promise<T | undefined> {
	let timer: NodeJS.Timeout | undefined;
	let id: number | string | undefined;
	try {
		return await new Promise<T | undefined>((done, failed) => {
			timer = setTimeout(() => done(undefined), milliseconds);
			provider
				.subscribe(notice, subscribe, [], (error: Error | null, told: T) => {
					if (error === null) done(told);
					else failed(error);
				})
				.then((given) => (id = given), failed);
		});
	} finally {
		clearTimeout(timer);
		if (id !== undefined) await provider.unsubscribe(notice, unsubscribe, id);
	}
}
