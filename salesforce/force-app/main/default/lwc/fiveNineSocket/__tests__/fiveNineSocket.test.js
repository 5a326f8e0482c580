import { createElement } from 'lwc';
import FiveNineSocket from 'c/fiveNineSocket';
import configuration from '@salesforce/apex/FiveNineController.configuration';
import { CONFIGURATION, Hub, SESSION, call, settled } from '../../../../../../tests/hub';

jest.mock('@salesforce/apex/FiveNineController.configuration', () => ({ default: jest.fn() }), { virtual: true });

let hub;
let told;

async function placed() {
    const element = createElement('c-five-nine-socket', { is: FiveNineSocket });
    element.addEventListener('socketmessage', (event) => told.push(event.detail));
    document.body.appendChild(element);
    await settled();
    return element;
}

beforeEach(() => {
    hub = new Hub();
    told = [];
    configuration.mockResolvedValue(CONFIGURATION);
    window.fetch = hub.fetch;
    window.WebSocket = function (url) {
        return hub.socket(url);
    };
});

afterEach(() => {
    document.body.replaceChildren();
});

test('fires an event for what happens to a call', async () => {
    const element = await placed();
    hub.last.onopen();
    hub.say(call('4', 'CONNECTED', 'TALKING'));
    expect(told).toEqual([{ eventId: '4', eventReason: 'CONNECTED', state: 'TALKING', sessionId: SESSION }]);
    expect(element.status).toBe('connected');
});

test('does nothing for a user of another call centre', async () => {
    configuration.mockResolvedValue({ isFive9User: false });
    const element = await placed();
    expect(hub.asked).toEqual([]);
    expect(told).toEqual([]);
    expect(element.status).toBe('');
});

test('says why there is no configuration', async () => {
    configuration.mockRejectedValue({ body: { message: 'You do not have access to the Apex class.' } });
    await placed();
    expect(told[0].isError).toBe(true);
    expect(told[0].error.message).toBe('You do not have access to the Apex class.');
});

test('lets go of the socket when it is taken off the page', async () => {
    const element = await placed();
    element.remove();
    expect(hub.last.closed).toBe(1000);
    expect(element.status).toBe('stopped');
});

test('does not begin where it is no more', async () => {
    const element = createElement('c-five-nine-socket', { is: FiveNineSocket });
    document.body.appendChild(element);
    element.remove();
    await settled();
    expect(hub.asked).toEqual([]);
});

test('begins once where it was taken off and put back at once', async () => {
    const element = createElement('c-five-nine-socket', { is: FiveNineSocket });
    document.body.appendChild(element);
    element.remove();
    document.body.appendChild(element);
    await settled();
    expect(hub.sockets).toHaveLength(1);
    element.remove();
    expect(hub.last.closed).toBe(1000);
});
