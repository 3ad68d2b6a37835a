/// `{{…}}` escapes for HTML; `{{{…}}}`, which does not, has no place here.
enum ConsoleTemplate {
    static let text = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="refresh" content="30">
        <title>Midguard instance</title>
        <style>
        :root { color-scheme: light dark; --line: #8884; --quiet: #8888; }
        body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
        h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
        table { border-collapse: collapse; width: 100%; } th { text-align: left; font-weight: 600; color: GrayText; }
        th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
        td { overflow-wrap: anywhere; } code, pre { font: 13px/1.4 ui-monospace, monospace; }
        pre { white-space: pre-wrap; border-left: 3px solid var(--line); padding-left: .7rem; margin: .4rem 0; }
        .good { color: #1a7f37; } .bad { color: #c4262e; } .quiet { color: GrayText; } .counts span { margin-right: 1.2rem; }
        details form { margin: .4rem 0; max-width: 22rem; } summary { cursor: pointer; } .off { color: GrayText; }
        button { font: inherit; padding: .15rem .7rem; } .notice { border-left: 3px solid #c4262e; padding-left: .7rem; }
        article { border-bottom: 1px solid var(--line); padding: .6rem 0; } article p { margin: .2rem 0; }
        </style>
        </head>
        <body>
        <h1>Midguard instance</h1>
        <p class="quiet">{{now}}, reloads every thirty seconds</p>

        {{#hasNotice}}<p class="notice" role="alert">Not done. {{notice}}</p>{{/hasNotice}}

        <h2>Agents</h2>
        {{^hasAgents}}<p class="quiet">No agent yet.</p>{{/hasAgents}}
        {{#hasAgents}}
        <table>
        <tr><th>Name</th><th>State</th><th>Validated</th><th>Certificate</th><th>Where</th><th>Last seen</th><th>Actions</th></tr>
        {{#agents}}
        <tr>
        <td>{{name}}<br><span class="quiet">user {{user}}<br><code>{{sysID}}</code></span></td>
        <td class="{{statusClass}}">{{status}}</td>
        <td class="{{validatedClass}}">{{validated}}</td>
        <td>{{subject}}<br><code class="quiet">{{fingerprint}}</code><br><span class="quiet">until {{expires}}{{#isRekeying}}; a new key pair is under way{{/isRekeying}}</span></td>
        <td>{{host}}<br><span class="quiet">{{home}}<br>{{version}}</span></td>
        <td>{{lastSeen}}<br><span class="quiet">{{spooled}} results on its disk</span></td>
        <td>{{#actions}}
        {{#isOff}}<div class="off" title="{{obstacle}}">{{label}}</div>{{/isOff}}
        {{^isOff}}
        <details><summary>{{label}}</summary>
        <form method="post" action="/">
        <input type="hidden" name="proof" value="{{formProof}}"><input type="hidden" name="agent" value="{{agentName}}">
        <input type="hidden" name="action" value="{{action}}">
        <p>{{effect}}</p><button>{{label}} {{agentName}}</button>
        </form>
        </details>
        {{/isOff}}
        {{/actions}}</td>
        </tr>
        {{/agents}}
        </table>
        {{/hasAgents}}

        <h2>Findings</h2>
        {{^hasFindings}}<p class="quiet">No agent has found anything.</p>{{/hasFindings}}
        {{#findings}}
        <article>
        <p><code>{{id}}</code> <span class="{{severityClass}}">{{severity}}</span> <span class="quiet">{{agent}} {{subject}}</span></p>
        <p>{{summary}}</p>
        <p class="quiet">{{cause}}</p>
        {{#fixes}}<p>{{effect}}{{#hasCommand}}<br><code>{{command}}</code>{{/hasCommand}}</p>{{/fixes}}
        </article>
        {{/findings}}

        {{#hasAudit}}
        <h2>What was done</h2>
        <table>
        <tr><th>When</th><th>Who</th><th>What</th><th>To</th><th></th></tr>
        {{#audit}}
        <tr><td>{{at}}</td><td>{{who}}</td><td>{{action}}</td><td>{{subject}}</td><td class="quiet">{{detail}}</td></tr>
        {{/audit}}
        </table>
        {{/hasAudit}}

        <h2>Queue</h2>
        <p class="counts">{{#counts}}<span>{{state}} <b>{{count}}</b></span>{{/counts}}</p>
        {{^hasJobs}}<p class="quiet">The queue is empty.</p>{{/hasJobs}}
        {{#hasJobs}}
        <p class="quiet">The latest {{shownJobs}} rows.</p>
        <table>
        <tr><th>Created</th><th>Queue</th><th>State</th><th>Agent</th><th>Topic</th><th>Name, source</th></tr>
        {{#jobs}}
        <tr>
        <td>{{created}}<br><code class="quiet">{{sysID}}</code></td>
        <td>{{queue}}<br><span class="quiet">priority {{priority}}</span></td>
        <td class="{{stateClass}}">{{state}}</td>
        <td>{{agent}}</td>
        <td>{{topic}}</td>
        <td>{{name}} <span class="quiet">{{source}}</span>
        <div class="bad">{{error}}</div>
        {{#hasPayload}}<details><summary>payload</summary><pre>{{payload}}</pre>{{#isCut}}<p class="quiet">cut here</p>{{/isCut}}</details>{{/hasPayload}}
        </td>
        </tr>
        {{/jobs}}
        </table>
        {{/hasJobs}}
        </body>
        </html>
        """
}
