/** The example of `docs/payments.md`, as it stands there. */
// example:begin
import type { KeyringPair } from '@polkadot/keyring/types';
import { eventOf, toBigInt, type Chain } from '../src/chain.ts';
import { fieldOf, relayNow } from '../src/payments.ts';
import { claimArgument, Issuer, Receiver, signVoucher } from '../src/vouchers.ts';

/** Opens a channel, pays `count` times `price` off chain, and settles. Says what the payee received. */
export async function payByVoucher(
	chain: Chain,
	payer: KeyringPair,
	payee: KeyringPair,
	price: bigint,
	count: number,
): Promise<bigint> {
	const { api } = chain;
	const payments = api.tx['paymentStreams']!;

	// The payer: a deposit for all that it will pay, and the default challenge period.
	const deposit = price * BigInt(count);
	const opened = await chain.send(payments['openChannel']!(payee.address, deposit, null, null), payer);
	const { data } = eventOf(opened, 'paymentStreams', 'ChannelOpened');

	// Both: the channel as the chain has it.
	const terms = {
		genesis: api.genesisHash.toU8a(),
		channel: toBigInt(fieldOf(data, 'channel_id')),
		payee: payee.address,
		signer: { account: payer.address },
		deposit,
	};
	const issuer = new Issuer(terms);
	const receiver = new Receiver(terms);
	// Each must pay for one more; a lock on top would have to last for 100 blocks of the relay chain.
	const demands = { paid: price, relayNow: await relayNow(chain), margin: 100 };
	for (let paid = 0; paid < count; paid++) {
		// The payer keeps `issuer.state` before the voucher leaves.
		const signed = signVoucher(terms.genesis, payer, issuer.pay(price));
		// The payee keeps `receiver.best` before it works for it. Throws `VoucherRefused` if it is not good.
		receiver.accept(signed, demands);
	}

	// The payee: one extrinsic for all of them, and the rest of the deposit goes back to the payer.
	const last = claimArgument(api.registry, receiver.claim()!);
	const closed = await chain.send(payments['close']!(terms.channel, last), payee);
	return toBigInt(eventOf(closed, 'paymentStreams', 'VoucherClaimed').data['paid']);
}
// example:end
