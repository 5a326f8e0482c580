import { LightningElement, api } from 'lwc';
import configuration from '@salesforce/apex/FiveNineController.configuration';
import { subscribe } from 'c/fiveNineSubscription';

/**
 * Fires `socketmessage` with {eventId, eventReason, state, sessionId}, or {isError: true, error}. It shows nothing, and for a
 * user who is no member of the call centre it does nothing.
 */
export default class FiveNineSocket extends LightningElement {
    _status = '';
    _subscription = null;
    _placed = 0;

    /** One of waiting, connected, failed, stopped; empty while nobody follows anything. */
    @api
    get status() {
        return this._status;
    }

    connectedCallback() {
        this._placed += 1;
        const mine = this._placed;
        configuration()
            .then((found) => {
                // A page may take it off and put it back while the org is still asked.
                if (found.isFive9User && this.isConnected && mine === this._placed) {
                    this.follow(found);
                }
            })
            .catch((error) => {
                const said = (error && error.body && error.body.message) || 'The configuration could not be read.';
                this.tell({ isError: true, error: new Error(said) });
            });
    }

    disconnectedCallback() {
        if (this._subscription) {
            this._subscription.stop();
            this._subscription = null;
        }
    }

    follow(found) {
        const report = {
            message: (detail) => this.tell(detail),
            status: (word) => {
                this._status = word;
            }
        };
        const browser = {
            fetch: (url, options) => window.fetch(url, options),
            socket: (url) => new WebSocket(url),
            after: (milliseconds, callback) => window.setTimeout(callback, milliseconds),
            cancel: (timer) => window.clearTimeout(timer)
        };
        this._subscription = subscribe(found, report, browser);
    }

    tell(detail) {
        this.dispatchEvent(new CustomEvent('socketmessage', { detail }));
    }
}
