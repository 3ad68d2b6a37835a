/// What a script finds around it. ES5, like the scripts.
enum Prelude {
    static let source = #"""
        (function (global) {
            'use strict';
            var ask = global.ask, say = global.say, compile = global.compile;
            delete global.ask; delete global.say; delete global.compile;
            var stringify = JSON.stringify, parse = JSON.parse;

            function ascii(value) {
                return stringify(value).replace(/[\u007f-\uffff]/g, function (unit) {
                    return '\\u' + ('000' + unit.charCodeAt(0).toString(16)).slice(-4);
                });
            }
            function question(value) { return parse(ask(ascii(value))); }
            function own(object, name) { return Object.prototype.hasOwnProperty.call(object, name) ? object[name] : null; }

            var job = question({ready: true});
            var included = {};

            global.probe = {
                getParameter: function (name) { return own(job.parameters, String(name)); },
                getName: function () { return job.name; },
                getSource: function () { return job.source; }
            };
            global.ms = {
                log: function (text) { question({log: String(text).slice(0, 4000)}); },
                getConfigParameter: function (name) { return own(job.configuration, String(name)); },
                getName: function () { return job.agent; },
                getSysID: function () { return job.sysID; },
                toJavaScript: function (value) { return value; },
                include: function (name) {
                    name = String(name);
                    if (own(included, name)) { return; }
                    var answer = question({include: name});
                    if (answer.error) { throw new Error(answer.error); }
                    included[name] = true;
                    compile(answer.source, name);
                }
            };

            function HTTPResponse(answer) {
                this.getStatusCode = function () { return answer.status; };
                this.getBody = function () { return answer.body; };
                this.getHeader = function (name) { return own(answer.headers, String(name).toLowerCase()); };
            }
            global.HTTPRequest = function (url) {
                var asked = {url: String(url), headers: {}, method: 'GET', body: '', credential: null};
                this.addHeader = this.setHeader = function (name, value) { asked.headers[String(name)] = String(value); };
                this.setCredential = function (alias) { asked.credential = String(alias); };
                this.setBasicAuth = function (user, password) {
                    asked.headers.Authorization = 'Basic ' + Duktape.enc('base64', new TextEncoder().encode(user + ':' + password));
                };
                this.send = function (method, body) {
                    asked.method = String(method || 'GET');
                    asked.body = body === undefined || body === null ? '' : String(body);
                    var answer = question({request: asked});
                    if (answer.error) { throw new Error(answer.error); }
                    return new HTTPResponse(answer);
                };
                var send = this.send;
                this.get = function () { return send('GET'); };
                this.post = function (body) { return send('POST', body); };
                this.put = function (body) { return send('PUT', body); };
                this.del = function () { return send('DELETE'); };
            };
            Object.defineProperty(global, 'Packages', {
                get: function () { throw new Error('Packages.*: this agent has no Java'); }
            });

            // The innermost place that is the script's own, and neither this file's nor the engine's. A call that is returned leaves no trace.
            function isOwn(file) { return file !== 'midguard' && !/\.c$/.test(file); }
            function place(error) {
                var lines = String(error && error.stack || '').split('\n');
                for (var index = 0; index < lines.length; index += 1) {
                    var found = /\(([^()]+):([0-9]+)\)/.exec(lines[index]);
                    if (found && isOwn(found[1])) { return {file: found[1], line: Number(found[2])}; }
                }
                var file = String(error && error.fileName || '');
                return file && isOwn(file) ? {file: file, line: Number(error.lineNumber)} : {};
            }

            try {
                var value = compile(job.script, 'script');
                say(ascii({
                    result: value === undefined || value === null ? ''
                        : typeof value === 'object' ? stringify(value) : String(value)
                }));
            } catch (error) {
                var at = place(error);
                var text = error instanceof Error && error.message ? (error.name === 'Error' ? '' : error.name + ': ') + error.message : String(error);
                say(ascii({failure: text.slice(0, 4000), file: (at.file || '').slice(0, 80), line: at.line || 0}));
            }
        }(this));
        """#
}
