/** The Aura component, of which there is no runtime outside of an org: its controller and helper on the little they use of one. */
import { readFileSync } from 'fs';
import { join } from 'path';
import { CONFIGURATION, Hub, SESSION, call, settled } from './hub';

const FOLDER = join(__dirname, '../force-app/main/default/aura/FiveNineSocketAPI');
const read = (part) => (0, eval)(readFileSync(join(FOLDER, `FiveNineSocketAPI${part}.js`), 'utf8'));
const controller = read('Controller');
const helper = read('Helper');

let hub;
let told;
let component;
let answer;

beforeEach(() => {
    hub = new Hub();
    told = [];
    window.fetch = hub.fetch;
    window.WebSocket = function (url) {
        return hub.socket(url);
    };
    const action = {
        setCallback(scope, callback) {
            this.callback = callback.bind(scope);
        }
    };
    component = {
        valid: true,
        isValid() {
            return this.valid;
        },
        get: (name) => (name === 'c.configuration' ? action : undefined),
        getEvent(name) {
            let params = null;
            return {
                setParams: (given) => {
                    params = given;
                },
                fire: () => told.push({ name, ...params })
            };
        }
    };
    window.$A = { enqueueAction: () => {}, getCallback: (callback) => callback };
    answer = async (state, value) => {
        action.callback({ getState: () => state, getReturnValue: () => value, getError: () => value });
        await settled();
    };
    controller.start(component, null, helper);
});

afterEach(() => {
    controller.stop(component);
});

test('fires the event that its parents handle', async () => {
    await answer('SUCCESS', CONFIGURATION);
    hub.last.onopen();
    hub.say(call('4', 'CONNECTED', 'TALKING'));
    const detail = { eventId: '4', eventReason: 'CONNECTED', state: 'TALKING', sessionId: SESSION };
    expect(told).toEqual([{ name: 'socketMessage', detail }]);
});

test('is silent for a user of another call centre', async () => {
    await answer('SUCCESS', { isFive9User: false });
    expect([hub.asked, told]).toEqual([[], []]);
});

test('says why there is no configuration', async () => {
    await answer('ERROR', [{ message: 'No access.' }]);
    expect(told).toEqual([{ name: 'socketMessage', detail: { isError: true, error: new Error('No access.') } }]);
});

test('does not begin where it is no more', async () => {
    component.valid = false;
    await answer('SUCCESS', CONFIGURATION);
    expect(hub.asked).toEqual([]);
});

test('lets go of the socket when it is destroyed', async () => {
    await answer('SUCCESS', CONFIGURATION);
    const socket = hub.last;
    controller.stop(component);
    expect(socket.closed).toBe(1000);
});
