"use strict";(self.rspackChunk_mastery_kit_panel=self.rspackChunk_mastery_kit_panel||[]).push([[927],{802(e,t,n){n.r(t),n.d(t,{default:()=>eh});var a=n(369),r=n(2),s=n(901),i=n(222),o=n(854),l=n(256),c=n(524),u=n.n(c),m=n(401),d=n(904);class h extends Error{trouble;constructor(e){super(e.message),this.trouble=e}get passing(){return["away","busy","server"].includes(this.trouble.code)}}let p="Your Jupyter server does not answer. Leave this tab open.";class g{settings;constructor(e){this.settings=e}standing(e){return this.json(`standing${w({service:e})}`,{},3e4)}changes(e,t){let n=Object.entries(e).map(([e,t])=>`${e}:${t}`);return this.json(`changes${w({since:n.join(",")})}`,{},6e4,t)}open(e,t){return this.json("open",k({course:e,assignment:t}),9e4)}submit(e,t,n){let a=k({course:e,assignment:t});return this.json("submit",{...a,headers:{"Idempotency-Key":n}},3e5)}async feedback(e,t,n){return(await this.request(`feedback${w({course:e,assignment:t,submission:n})}`,{},9e4)).text()}async json(e,t,n,a){return(await this.request(e,t,n,a)).json().catch(()=>{throw new h({code:"server",message:p,again_in:null})})}async request(e,t,n,a){let r,i=AbortSignal.timeout(n),o=a?AbortSignal.any([a,i]):i;try{let n=s.URLExt.join(this.settings.baseUrl,"mastery",e);r=await d.ServerConnection.makeRequest(n,{...t,signal:o},this.settings)}catch{throw new h({code:"server",message:p,again_in:null})}if(!r.ok)throw await f(r);return r}}async function f(e){let t=await e.json().catch(()=>null);if(t?.error?.message)return new h(t.error);if(403===e.status)return new h({code:"logged-out",message:"You are not logged in any more. Log in to JupyterLab again in another tab; your work is kept here.",again_in:null});let n=e.status>=500?"server":"refused",a=t?.message??`Your Jupyter server answered ${e.status}`;return new h({code:n,message:"server"===n?p:a,again_in:null})}function k(e){return{method:"POST",body:JSON.stringify(e)}}function w(e){let t=Object.entries(e).filter(e=>void 0!==e[1]);return t.length?`?${new URLSearchParams(t)}`:""}function y(e,t,n=Math.random()){return 1e3*Math.max(Math.min(2**e,60)*(.75+n/2),t.again_in??0)}class b{server;_changed=new m.Signal(this);_away=new Map;_entries=[];_loaded=!1;_read=new Set;_stop=new AbortController;_disposed=!1;constructor(e){for(let t of(this.server=e,["visibilitychange","online","offline"]))("visibilitychange"===t?document:window).addEventListener(t,this._wake)}get changed(){return this._changed}get entries(){return this._entries}get loaded(){return this._loaded}away(e){return this._away.get(e)??this._away.get("")}entry(e){return this._entries.find(t=>t.service===e)}dispose(){for(let e of(this._disposed=!0,this._stop.abort(),["visibilitychange","online","offline"]))("visibilitychange"===e?document:window).removeEventListener(e,this._wake);m.Signal.clearData(this)}tryNow(){for(let e of this._away.values())e.again=0;this._stop.abort()}async refresh(e){try{let t=await this.server.standing(e);this._away.delete(""),this._loaded||(this._entries=t.map(e=>({...e,version:0,standing:null,here:{}})),this._loaded=!0),t.forEach(e=>this._take(e))}catch(e){this._lost("",v(e))}this._changed.emit(null)}fetched(e,t,n){let a=this.entry(e);a&&(a.here={...a.here,[t]:n},this._changed.emit(null))}async follow(){for(await this.refresh();!this._disposed;){if(this._stop=new AbortController,document.hidden||!navigator.onLine){this._changed.emit(null),await x(this._stop.signal);continue}await this._round()}}_wake=()=>{this._stop.abort()};async _round(){let e=Date.now();for(let[t,n]of[...this._away])n.again<=e&&await this.refresh(t||void 0);let t=[...this._away.values()].map(e=>e.again),n=this._stop,a=t.length?setTimeout(()=>n.abort(),Math.max(0,Math.min(...t)-Date.now())):0;try{await (this._watched().length?this._poll(n.signal):x(n.signal))}finally{clearTimeout(a)}}_watched(){return this._entries.filter(e=>!this.away(e.service))}async _poll(e){let t=Object.fromEntries(this._watched().map(e=>[e.service,e.version]));try{let{versions:n,away:a}=await this.server.changes(t,e);Object.entries(a).forEach(([e,t])=>this._lost(e,t));let r=Object.keys(n).filter(e=>n[e]!==t[e]&&!a[e]);await Promise.all(r.map(e=>this.refresh(e)))}catch(t){e.aborted||this._lost("",v(t))}this._changed.emit(null)}_take(e){let t=this.entry(e.service);if(e.error)return void this._lost(e.service,e.error);this._away.delete(e.service),this._entries=this._entries.map(t=>t.service===e.service?e:t);let n=this._read.has(e.service);this._read.add(e.service),this._changed.emit({before:n?t:void 0,after:e})}_lost(e,t){let n=(this._away.get(e)?.tries??0)+1;this._away.set(e,{...t,tries:n,again:Date.now()+y(n,t)})}}function v(e){return e instanceof h?e.trouble:{code:"server",message:String(e),again_in:null}}function x(e){return new Promise(t=>{e.aborted&&t(),e.addEventListener("abort",()=>t(),{once:!0})})}var _=n(989);function E(e){return e.work??e.todo.map(e=>({assignment:e,kind:"form",objective:null,approach:"",title:e,state:"open",submission:null,at:null}))}function N(e){return(e?.units??[]).flatMap(E)}function j(e){let{next_unit:t,next:n}=e;return e.units.find(e=>t?e.unit===t:e.sentence===n)}function C(e){let t=j(e),n=e.next_assignment??t?.todo[0];return n&&t?E(t).find(e=>e.assignment===n):void 0}function S(e){return["open","begun","not-counted"].includes(e.state)}let $={mastered:{shape:4,word:"mastered",tone:"good"},retry:{shape:3,word:"new form",tone:"now"},corrective:{shape:2,word:"another way",tone:"gap"},waiting:{shape:"dashed",word:"being checked",tone:"wait"},working:{shape:1,word:"working",tone:"now"},open:{shape:0,word:"open",tone:"plain"},locked:{shape:"dot",word:"locked",tone:"quiet"},attention:{shape:"alert",word:"with instructor",tone:"look"}},M={shown:{shape:4,word:"shown",tone:"good"},"not-yet":{shape:2,word:"not yet",tone:"gap"},open:{shape:0,word:"open",tone:"plain"}},P={open:{shape:0,word:"open",tone:"plain"},begun:{shape:1,word:"begun",tone:"now"},"handed-in":{shape:"dashed",word:"being checked",tone:"wait"},checked:{shape:"tick",word:"checked",tone:"plain"},"not-counted":{shape:"alert",word:"not counted",tone:"look"}};function T(e){let t=Math.max(0,Math.floor(e/1e3));return t<60?`${t} s`:[[Math.floor(t/86400),"d"],[Math.floor(t/3600)%24,"h"],[Math.floor(t/60)%60,"min"]].filter(([e])=>e).map(([e,t])=>`${e} ${t}`).slice(0,2).join(" ")}function I(e,t){return`${e} ${t}${1===e?"":"s"}`}function B(e){return/^.*?[.!?](?=\s|$)/s.exec(e)?.[0]??e}function L(e,t){let n=e;for(let e of N(t).sort((e,t)=>t.assignment.length-e.assignment.length))n=n.split(e.assignment).join(`“${e.title}”`);return n}let U=["done","failed","given-up"];class A{app;documents;server;courses;_changed=new m.Signal(this);_now=null;_hurry=null;constructor(e,t,n,a){this.app=e,this.documents=t,this.server=n,this.courses=a,a.changed.connect(()=>this._settle())}get changed(){return this._changed}get now(){return this._now}get busy(){return null!==this._now&&!U.includes(this._now.phase)}forget(){this.busy||(this._now=null,this._changed.emit())}tryNow(){this._hurry?.()}giveUp(){this._now?.phase==="waiting"&&(this._say("given-up",`Not handed in. ${this._now.title} is saved here: hand it in whenever you like.`),this._hurry?.())}async handIn(e,t,n){if(this.busy||null===e.course)return;let{service:a}=e;this._now={service:a,assignment:t,title:n,phase:"saving",said:"Saving all open documents …",again:0,receipt:null,result:null},this._changed.emit();let r=await this._saveAll(e,t);r.length&&!await this._insists(r)?this._say("given-up","Not handed in: save your notebook first, then try again."):await this._send(e.course,t,_.UUID.uuid4())}async _saveAll(e,t){let{commands:n,shell:a}=this.app;n.isEnabled("docmanager:save-all")&&await n.execute("docmanager:save-all").catch(()=>void 0);let r=s.PathExt.dirname(e.here[t]??"");return[...new Set([...a.widgets("main")].map(e=>this.documents.contextForWidget(e)).filter(e=>e?.model.dirty).map(e=>e.localPath))].filter(e=>!r||e.startsWith(`${r}/`))}async _insists(e){let t=e.map(e=>s.PathExt.basename(e)).join(", ");return(await (0,r.showDialog)({title:"Not everything could be saved",body:`${t} has changes that could not be saved. They would not be part of what you hand in.`,buttons:[r.Dialog.cancelButton({label:"Go back"}),r.Dialog.warnButton({label:"Hand in what is saved"})],defaultButton:0})).button.accept}async _send(e,t,n){for(let a=1;;a++){this._say("handing-in","Handing in …");try{let a=await this.server.submit(e,t,n);this._checking(a);return}catch(t){let e=v(t);if(!["away","busy","server"].includes(e.code))return void this._say("failed",e.message);if(!await this._wait(y(a,e),B(e.message)))return}}}async _wait(e,t){return this._say("waiting",t,{again:Date.now()+e}),await new Promise(t=>{let n=setTimeout(t,e);this._hurry=()=>{clearTimeout(n),t()}}),this._hurry=null,this._now?.phase==="waiting"}_checking(e){this._say("checking","Handed in. It is being checked …",{receipt:e});let{submission:t}=e;setTimeout(()=>{this._now?.phase==="checking"&&this._now.receipt?.submission===t&&this._say("checking","Handed in, and safe. Checking takes longer than usual; the result appears here by itself.")},2e4),this.courses.refresh(this._now?.service)}_settle(){let e=this._now,t=e&&this.courses.entry(e.service);if(e?.phase!=="checking"||!e.receipt||!t?.standing)return;let n=t.standing.units.find(t=>E(t).some(t=>t.assignment===e.assignment)),a=n&&E(n).find(t=>t.assignment===e.assignment);if(!n||!a)return;let r=null!==a.submission&&a.submission>=e.receipt.submission;if("not-counted"===a.state&&r)this._say("failed",t.standing.notices.at(-1)??n.sentence);else if("checked"===a.state){let e,t="form"===a.kind?(e=n.objectives.filter(e=>"shown"===e.state).length,`${e} of ${I(n.objectives.length,"objective")} of ${n.title} shown.`):`${a.title} was checked.`;this._say("done",t,{result:"form"===a.kind?n:null})}}_say(e,t,n={}){this._now&&(this._now={...this._now,phase:e,said:t,...n},this._changed.emit())}}let F={1:"M8 8V2A6 6 0 0 1 14 8Z",2:"M8 2A6 6 0 0 1 8 14Z",3:"M8 8V2A6 6 0 1 1 2 8Z"};function R({sign:e}){return u().createElement("span",{className:`mk-Sign mk-tone-${e.tone}`},u().createElement("svg",{viewBox:"0 0 16 16",width:14,height:14,"aria-hidden":"true",focusable:"false"},function(e){switch(e){case"dot":return u().createElement("circle",{cx:8,cy:8,r:2,fill:"currentColor"});case"tick":return u().createElement("path",{d:"M2.5 8.5 6.5 12.5 13.5 4",fill:"none",stroke:"currentColor",strokeWidth:2});case"alert":return u().createElement(u().Fragment,null,u().createElement("path",{d:"M8 1.5 15 14.5H1Z",fill:"none",stroke:"currentColor",strokeWidth:1.5,strokeLinejoin:"round"}),u().createElement("path",{d:"M8 6v4M8 11.6v1.4",stroke:"currentColor",strokeWidth:1.6}));case"dashed":return u().createElement("circle",{cx:8,cy:8,r:6,fill:"none",stroke:"currentColor",strokeWidth:1.6,strokeDasharray:"2.5 2.2"});default:return u().createElement(u().Fragment,null,u().createElement("circle",{cx:8,cy:8,r:6,fill:4===e?"currentColor":"none",stroke:"currentColor",strokeWidth:1.6}),(1===e||2===e||3===e)&&u().createElement("path",{d:F[e],fill:"currentColor"}))}}(e.shape)),u().createElement("span",{className:"mk-Sign-word"},e.word))}function D(e){let t,n,{courses:a,desk:r,doings:s}=e,i=a.entry(e.chosen)??a.entries[0],o=i?a.away(i.service):a.away(""),l=(t=(0,c.useRef)(null),n=(0,c.useRef)(null),(0,c.useEffect)(()=>{let e=()=>{n.current=t.current?.contains(document.activeElement)?document.activeElement:null};return document.addEventListener("focusin",e),()=>document.removeEventListener("focusin",e)},[]),(0,c.useEffect)(()=>{n.current&&!n.current.isConnected&&document.activeElement===document.body&&(n.current=null,t.current?.querySelector("h2")?.focus())}),t);return u().createElement("div",{className:"mk-Panel",ref:l,role:"region","aria-label":"Mastery"},u().createElement(H,{courses:a,entry:i,doings:s}),u().createElement(q,{text:function(e,t,n){if(e&&"waiting"!==e.phase){let t="done"===e.phase&&n?` Next step: ${L(n.next,n)}`:"";return e.said+t}return t?`${W(t)} Your work is saved here. It is tried again by itself.`:""}(r.now,o,i?.standing??null)}),o&&u().createElement(J,{away:o,onTry:()=>a.tryNow()}),i&&u().createElement(Z,{key:i.service,entry:i,desk:r,doings:s}),!i&&!o&&u().createElement("p",{className:"mk-Quiet"},a.loaded?O:"Looking where you stand …"))}let O="This panel shows where you stand in your courses and hands in your work. No course is connected to this server: start JupyterLab from your JupyterHub, or ask whoever runs it to set KIT_SERVICES (kit hub-config writes the lines).";function W(e){return["away","busy","server"].includes(e.code)?B(e.message):e.message}function q({text:e}){return u().createElement("div",{className:"mk-Unseen",role:"status","aria-live":"polite","aria-atomic":"true"},e)}function H({courses:e,entry:t,doings:n}){return u().createElement("header",{className:"mk-Header"},u().createElement("h2",{tabIndex:-1},t?.title??"Mastery"),e.entries.length>1&&u().createElement("label",{className:"mk-Chooser"},"Course",u().createElement("select",{value:t?.service,onChange:e=>n.choose(e.target.value)},e.entries.map(e=>u().createElement("option",{key:e.service,value:e.service},e.title)))))}function J({away:e,onTry:t}){return u().createElement("section",{className:"mk-Notice mk-tone-look","aria-label":"Not connected"},u().createElement("p",null,u().createElement("strong",null,"Your work is saved here.")," ",W(e)),u().createElement(Y,{again:e.again,onTry:t}))}function Y({again:e,onTry:t}){return u().createElement("p",{className:"mk-Buttons"},u().createElement(z,{again:e}),u().createElement("button",{type:"button",className:"mk-Button",onClick:t},"Try now"))}function z({again:e}){let t=Math.ceil((e-ei(1e3))/1e3);return u().createElement("span",null,t>0?`Trying again in ${t} s.`:"Trying again …")}function Z({entry:e,desk:t,doings:n}){let a={entry:e,desk:t,doings:n},{standing:r}=e;return u().createElement(u().Fragment,null,t.now?.service===e.service&&u().createElement(et,{now:t.now,desk:t}),"instructor"===e.role&&u().createElement("p",null,"You teach this course. The cohort is on the course’s page."),r?u().createElement(V,{...a,standing:r}):"learner"===e.role&&u().createElement("p",null,Q),r&&u().createElement(en,{...a,standing:r}),r&&r.notices.length>0&&u().createElement(es,{standing:r}),e.role&&u().createElement("nav",{className:"mk-Links","aria-label":"Course pages"},u().createElement("a",{href:e.service_page,target:"_blank",rel:"noreferrer"},"Course page"),"learner"===e.role&&u().createElement("a",{href:e.portfolio_url,target:"_blank",rel:"noreferrer"},"Portfolio")))}let Q="There is nothing for you here yet. It appears by itself; if it does not, ask your instructor.";function V({entry:e,desk:t,doings:n,standing:a}){let r=C(a),s=j(a),i=s&&E(s).filter(e=>"checked"===e.state&&"form"===e.kind).sort((e,t)=>(e.at??"").localeCompare(t.at??"")).at(-1);return u().createElement("section",{className:"mk-Next","aria-labelledby":"mk-next"},u().createElement("h3",{id:"mk-next"},"Next step"),r&&u().createElement("p",{className:"mk-Next-title"},r.title),u().createElement("p",null,L(a.next,a)),u().createElement("p",{className:"mk-Buttons"},r&&u().createElement(K,{entry:e,desk:t,doings:n,work:r,main:!0}),i&&i!==r&&u().createElement(X,{entry:e,doings:n,work:i})))}function K({entry:e,desk:t,doings:n,work:a,main:r=!1}){let s=e.here[a.assignment],i=S(a),o=void 0!==s&&n.inFront()===s,l=t.busy&&t.now?.assignment===a.assignment,c=i&&void 0!==s,m=r&&(c&&o?"submit":"open");return u().createElement(u().Fragment,null,(i||void 0!==s)&&u().createElement("button",{type:"button",className:`mk-Button${"open"===m?" mk-main":""}`,"aria-label":`${G(a,s)}: ${a.title}`,onClick:()=>n.open(e,a)},G(a,s)),c&&u().createElement("button",{type:"button",className:`mk-Button${"submit"===m?" mk-main":""}`,"aria-label":`Submit: ${a.title}`,"aria-disabled":t.busy,onClick:()=>n.submit(e,a)},l?"Submitting …":"Submit"),null!==a.submission&&"checked"===a.state&&u().createElement(X,{entry:e,doings:n,work:a}))}function G(e,t){return"corrective"===e.kind&&void 0===t?"Open corrective":"Open"}function X({entry:e,doings:t,work:n}){return u().createElement("button",{type:"button",className:"mk-Button","aria-label":`Feedback: ${n.title}`,onClick:()=>t.feedback(e,n)},"Feedback")}let ee=[["Save",["saving"]],["Hand in",["handing-in","waiting"]],["Check",["checking"]],["Result",["done"]]];function et({now:e,desk:t}){let n=ee.findIndex(([,t])=>t.includes(e.phase));return u().createElement("section",{className:`mk-Progress mk-phase-${e.phase}`,"aria-label":`Submitting ${e.title}`},u().createElement("h3",null,e.title),n>=0&&u().createElement("ol",{className:"mk-Track"},ee.map(([t],a)=>u().createElement("li",{key:t,className:a<n||"done"===e.phase?"mk-past":a===n?"mk-now":"","aria-current":a===n?"step":void 0},a<n||"done"===e.phase?"✓ ":"",t))),u().createElement("p",null,"waiting"===e.phase&&u().createElement("strong",null,"Your work is saved here. "),e.said),e.result&&u().createElement(er,{unit:e.result}),"waiting"===e.phase&&u().createElement(Y,{again:e.again,onTry:()=>t.tryNow()}),u().createElement("p",{className:"mk-Buttons"},"waiting"===e.phase&&u().createElement("button",{type:"button",className:"mk-Button",onClick:()=>t.giveUp()},"Stop trying"),!t.busy&&u().createElement("button",{type:"button",className:"mk-Button",onClick:()=>t.forget()},"Close")))}function en({entry:e,desk:t,doings:n,standing:a}){let r=j(a)?.unit;return u().createElement("section",{"aria-labelledby":"mk-units"},u().createElement("h3",{id:"mk-units"},"Units"),u().createElement("ol",{className:"mk-Units"},a.units.map(a=>u().createElement(ea,{key:a.unit,entry:e,desk:t,doings:n,unit:a,isNext:a.unit===r}))))}function ea({entry:e,desk:t,doings:n,unit:a,isNext:r}){let[s,i]=(0,c.useState)(null),o=function(e,t){let n=[];if(e.begun_at){let a=Date.parse(e.begun_at),r=e.mastered_at?Date.parse(e.mastered_at):null,s=t-a<6e4?"just begun":`begun ${T(t-a)} ago`;n.push(r?`mastered after ${T(r-a)}`:s)}return e.attempts&&n.push(I(e.attempts,"attempt")),e.correctives&&n.push(I(e.correctives,"corrective")),n.join(" \xb7 ")}(a,ei(6e4)),l="locked"===a.state;return u().createElement("li",{className:"mk-Unit"},u().createElement("details",{open:s??r,onToggle:e=>{let t=e.currentTarget.open;t!==(s??r)&&i(t)}},u().createElement("summary",null,u().createElement("span",{className:"mk-Unit-title"},a.title),u().createElement(R,{sign:$[a.state]})),(l||!r)&&u().createElement("p",null,L(a.sentence,e.standing)),a.by_override&&u().createElement("p",{className:"mk-Quiet"},"Marked by your instructor."),!l&&u().createElement(er,{unit:a}),o&&u().createElement("p",{className:"mk-Quiet"},o),u().createElement("ul",{className:"mk-Works"},E(a).map(a=>u().createElement("li",{key:a.assignment},u().createElement("span",{className:"mk-Row"},u().createElement("span",null,a.title,"enrichment"===a.kind&&u().createElement("span",{className:"mk-Quiet"}," (if you like)")),u().createElement(R,{sign:P[a.state]})),u().createElement("span",{className:"mk-Buttons"},u().createElement(K,{entry:e,desk:t,doings:n,work:a})))))))}function er({unit:e}){return u().createElement("ul",{className:"mk-Objectives","aria-label":`Objectives of ${e.title}`},e.objectives.map(e=>u().createElement("li",{key:e.id,className:"mk-Row",title:`Shown from ${Math.round(100*e.criterion)} % of the points on`},u().createElement("span",null,e.title)," ",u().createElement(R,{sign:M[e.state]}))))}function es({standing:e}){return u().createElement("section",{"aria-labelledby":"mk-notices"},u().createElement("h3",{id:"mk-notices"},"Notices"),u().createElement("ul",{className:"mk-Notices"},e.notices.map((t,n)=>u().createElement("li",{key:n},L(t,e)))))}function ei(e){let[t,n]=(0,c.useState)(Date.now());return(0,c.useEffect)(()=>{let t=setInterval(()=>n(Date.now()),e);return()=>clearInterval(t)},[e]),t}n(665);let eo="mastery-panel",el="mastery-kit:panel",ec=new l.LabIcon({name:"mastery-kit:panel",svgstr:'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16"><path class="jp-icon3" fill="#616161" fill-rule="evenodd" d="M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm.75 1.55v4.7h4.7A5.5 5.5 0 0 0 8.75 2.55Z"/></svg>'});class eu extends l.ReactWidget{courses;desk;doings;chosen="";constructor(e,t,n){super(),this.courses=e,this.desk=t,this.doings=n,this.id=eo,this.title.icon=ec,this.title.caption="Mastery: where you stand and what is next",this.addClass("mk-Room"),e.changed.connect(()=>this.update()),t.changed.connect(()=>this.update())}render(){return u().createElement(D,{courses:this.courses,desk:this.desk,doings:this.doings,chosen:this.chosen})}}class em{app;server;courses;desk;documents;state;panel=null;constructor(e,t,n,a,r,s){this.app=e,this.server=t,this.courses=n,this.desk=a,this.documents=r,this.state=s}async open(e,t){this.desk.forget(),await this.trying(`${t.title} could not be opened`,async()=>{let n=e.here[t.assignment];void 0!==n&&await this.isThere(n)||(n=(await this.server.open(e.course??"",t.assignment)).path,this.courses.fetched(e.service,t.assignment,n)),await this.app.commands.execute("docmanager:open",{path:n})})}submit(e,t){this.desk.handIn(e,t.assignment,t.title)}async feedback(e,t){await this.trying("The feedback could not be shown",async()=>{let{shell:n}=this.app,a=`mastery-feedback-${t.submission}`;if(![...n.widgets("main")].find(e=>e.id===a)){var r,s,i;let o,c,u=await this.server.feedback(e.course??"",t.assignment,t.submission??"");n.add((r=a,s=t,i=u,(c=(o=new l.IFrame({sandbox:[]})).node.querySelector("iframe")).title=`Feedback on ${s.title}`,c.srcdoc=i,o.addClass("mk-Feedback"),o.id=r,o.title.label=`Feedback: ${s.title}`,o.title.icon=ec,o.title.closable=!0,o),"main")}n.activateById(a)})}choose(e){this.panel&&(this.panel.chosen=e,this.panel.update()),this.state?.save(el,{chosen:e})}inFront(){let e=this.app.shell.currentWidget;return(e&&this.documents.contextForWidget(e)?.localPath)??""}get chosen(){return this.courses.entry(this.panel?.chosen??"")??this.courses.entries[0]}get ofFront(){let e=s.PathExt.dirname(this.inFront());for(let t of e?this.courses.entries:[]){let n=Object.keys(t.here).find(n=>s.PathExt.dirname(t.here[n]??"")===e),a=n&&function(e,t){return N(e).find(e=>e.assignment===t)}(t.standing,n);if(a&&S(a))return{entry:t,work:a}}}async isThere(e){try{return await this.documents.services.contents.get(e,{content:!1}),!0}catch{return!1}}async trying(e,t){try{await t()}catch(t){await (0,r.showErrorMessage)(e,v(t).message)}}}async function ed(e,t,n){let a=await t?.fetch(el).catch(()=>void 0);void 0===a?(n(),await t?.save(el,{chosen:""})):a.chosen&&(e.chosen=a.chosen,e.update())}let eh={id:"@mastery-kit/panel:plugin",description:"Where a learner stands, what is next, and handing in.",autoStart:!0,requires:[i.IDocumentManager],optional:[a.ILabShell,a.ILayoutRestorer,r.ICommandPalette,o.IStateDB],activate:(e,t,n,a,i,o)=>{let l=new g(e.serviceManager.serverSettings),c=new b(l),u=new A(e,t,l,c),m=new em(e,l,c,u,t,o),d=new eu(c,u,m);m.panel=d;let h=()=>{d.isAttached||(e.shell.add(d,"left",{rank:150}),a?.add(d,eo),c.follow())},p=()=>{h(),e.shell.activateById(eo)};for(let t of function(e,t,n,a){let{commands:r}=e;return r.addCommand("mastery:show",{label:"Mastery: Show panel",icon:ec,execute:a}),r.addCommand("mastery:open-next",{label:"Mastery: Open next",execute:async()=>{a();let e=t.chosen,n=e?.standing&&C(e.standing);e&&n&&await t.open(e,n)}}),r.addCommand("mastery:submit",{label:"Mastery: Submit this notebook",isEnabled:()=>void 0!==t.ofFront&&!n.busy,execute:()=>{let e=t.ofFront;a(),e&&(t.choose(e.entry.service),t.submit(e.entry,e.work))}}),["mastery:show","mastery:open-next","mastery:submit"]}(e,m,u,p))i?.addItem({command:t,category:"Mastery"});c.changed.connect((t,n)=>{n&&function(e,t){if(!t.before)return;let n=t.after,a=function(e,t){if(!t)return;let n=new Map((e?.units??[]).map(e=>[e.unit,e.state])),a=e=>t.units.filter(t=>t.state===e&&n.get(t.unit)!==e).map(e=>e.sentence),r=new Map(N(e).map(e=>[e.assignment,e])),s=N(t),i=s.filter(e=>"checked"===e.state&&r.get(e.assignment)?.state!=="checked"),o=s.filter(e=>"open"===e.state&&!r.has(e.assignment)),l=a("mastered"),c=t.notices.filter(t=>!e?.notices.includes(t)),u=[...l,...l.length?[]:i.map(e=>`${e.title} was checked.`),...a("attention"),...c.map(e=>L(e,t)),...o.length?[`New for you: ${o.map(e=>e.title).join("; ")}.`]:[]];if(!u.length)return;let m=c.length?"warning":l.length?"success":"info",d=i.filter(e=>null!==e.submission).at(-1),h=o.find(e=>e.assignment===t.next_assignment)??o[0];return{kind:m,said:u.join(" "),open:h,feedback:d}}(t.before.standing,n.standing);if(!a)return;let{open:s,feedback:i}=a,o=[];i&&o.push({label:"Feedback",callback:()=>void e.feedback(n,i)}),s&&o.push({label:"Open",callback:()=>void e.open(n,s)}),r.Notification.emit(a.said,a.kind,{actions:o,autoClose:1e4})}(m,n),e.commands.notifyCommandChanged("mastery:submit")}),u.changed.connect(()=>e.commands.notifyCommandChanged("mastery:submit")),n?.currentChanged.connect(()=>{d.update(),e.commands.notifyCommandChanged("mastery:submit")}),Number(s.PageConfig.getOption("masteryServices"))>0&&(h(),e.restored.then(()=>ed(d,o,p)))}}},646(e,t,n){var a=n(601),r=n.n(a),s=n(314),i=(n.n(s))()(r());i.push([e.id,`/* The panel Mastery. Colours come from JupyterLab's theme; a state is a shape and a word as well as a colour. */

.mk-Room {
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
  min-width: 220px;
  overflow-y: auto;

  --mk-good: #1b7a34;
  --mk-gap: #8a5a00;
  --mk-now: #0b5cad;
  --mk-wait: #7a3b9a;
  --mk-look: #b3261e;
  --mk-on-main: #fff;
}

[data-jp-theme-light='false'] .mk-Room {
  --mk-good: #6fcf86;
  --mk-gap: #f0b94a;
  --mk-now: #79b8ff;
  --mk-wait: #d3a3f0;
  --mk-look: #ff8f85;
  --mk-on-main: #111;
}

.mk-Panel {
  box-sizing: border-box;
  line-height: 1.45;
  overflow-wrap: anywhere;
  padding: 12px;
}

.mk-Panel h2 {
  font-size: 1.3em;
  line-height: 1.25;
  margin: 0 0 10px;
}

.mk-Panel h2:focus {
  outline: none;
}

.mk-Panel h3 {
  font-size: 1.05em;
  margin: 0 0 4px;
}

.mk-Panel p {
  margin: 4px 0 8px;
}

.mk-Panel ul,
.mk-Panel ol {
  list-style: none;
  margin: 0;
  padding: 0;
}

.mk-Panel section {
  margin: 0 0 16px;
}

.mk-Unseen {
  clip-path: inset(50%);
  height: 1px;
  overflow: hidden;
  position: absolute;
  white-space: nowrap;
  width: 1px;
}

.mk-Quiet {
  color: var(--jp-ui-font-color2);
}

.mk-Chooser {
  align-items: center;
  display: flex;
  gap: 8px;
  margin: 0 0 12px;
}

.mk-Chooser select {
  background: var(--jp-layout-color1);
  border: 1px solid var(--jp-border-color0);
  border-radius: 4px;
  color: inherit;
  flex: 1;
  font: inherit;
  min-width: 0;
  padding: 4px;
}

/* marks */

.mk-Sign {
  align-items: baseline;
  display: inline-flex;
  gap: 5px;
  white-space: nowrap;
}

.mk-Sign svg {
  align-self: center;
  flex: none;
}

.mk-tone-good {
  color: var(--mk-good);
}

.mk-tone-gap {
  color: var(--mk-gap);
}

.mk-tone-now {
  color: var(--mk-now);
}

.mk-tone-wait {
  color: var(--mk-wait);
}

.mk-tone-look {
  color: var(--mk-look);
}

.mk-tone-quiet {
  color: var(--jp-ui-font-color2);
}

/* the next step, and what is handed in */

.mk-Panel .mk-Next,
.mk-Panel .mk-Progress,
.mk-Panel .mk-Notice {
  border: 1px solid var(--jp-border-color1);
  border-left: 4px solid var(--mk-now);
  border-radius: 4px;
  padding: 10px 12px 4px;
}

.mk-Panel .mk-Next {
  background: var(--jp-layout-color2);
}

.mk-Panel .mk-Notice,
.mk-phase-failed,
.mk-phase-waiting {
  border-left-color: var(--mk-look) !important;
}

.mk-Notice p {
  color: var(--jp-ui-font-color1);
}

.mk-Next-title {
  font-size: 1.1em;
  font-weight: 600;
}

.mk-Buttons {
  align-items: center;
  display: flex;
  flex-wrap: wrap;
  gap: 8px;
}

.mk-Buttons:empty {
  display: none;
}

.mk-Button {
  background: var(--jp-layout-color1);
  border: 1px solid var(--jp-border-color0);
  border-radius: 4px;
  color: var(--jp-ui-font-color1);
  cursor: pointer;
  font: inherit;
  min-height: 30px;
  padding: 3px 12px;
}

.mk-Button:hover {
  background: var(--jp-layout-color3);
}

.mk-Button.mk-main {
  background: var(--mk-now);
  border-color: var(--mk-now);
  color: var(--mk-on-main);
  font-weight: 600;
}

.mk-Button.mk-main:hover {
  filter: brightness(1.12);
}

.mk-Button[aria-disabled='true'] {
  cursor: default;
  opacity: 0.55;
}

.mk-Panel :is(button, select, a, summary):focus-visible {
  outline: 2px solid var(--mk-now);
  outline-offset: 2px;
}

.mk-Panel .mk-Track {
  display: flex;
  flex-wrap: wrap;
  gap: 2px 14px;
  margin: 4px 0;
}

.mk-Track li {
  color: var(--jp-ui-font-color2);
}

.mk-Track .mk-past {
  color: var(--mk-good);
}

.mk-Track .mk-now {
  color: var(--jp-ui-font-color1);
  font-weight: 600;
  text-decoration: underline;
  text-underline-offset: 3px;
}

/* the map */

.mk-Unit {
  border-top: 1px solid var(--jp-border-color2);
}

.mk-Unit:last-child {
  border-bottom: 1px solid var(--jp-border-color2);
}

.mk-Unit summary {
  cursor: pointer;
  display: flex;
  flex-wrap: wrap;
  gap: 2px 10px;
  justify-content: space-between;
  padding: 7px 2px 7px 16px;
  position: relative;
}

.mk-Unit summary::-webkit-details-marker {
  display: none;
}

.mk-Unit summary::before {
  content: '▸';
  left: 1px;
  position: absolute;
}

.mk-Unit details[open] > summary::before {
  content: '▾';
}

.mk-Unit-title {
  font-weight: 600;
}

.mk-Unit details > :not(summary) {
  margin-left: 16px;
}

.mk-Panel .mk-Objectives,
.mk-Panel .mk-Works {
  margin-bottom: 8px;
}

.mk-Row {
  align-items: baseline;
  display: flex;
  flex-wrap: wrap;
  gap: 0 10px;
  justify-content: space-between;
  padding: 2px 0;
}

.mk-Row > :first-child {
  flex: 1 1 8em;
}

.mk-Works li {
  border-top: 1px dotted var(--jp-border-color2);
  padding: 6px 0;
}

.mk-Works .mk-Buttons {
  margin-top: 4px;
}

.mk-Panel .mk-Notices li {
  padding: 2px 0 2px 10px;
  border-left: 2px solid var(--jp-border-color1);
  margin-bottom: 6px;
}

.mk-Links {
  display: flex;
  flex-wrap: wrap;
  gap: 6px 16px;
}

.mk-Links a {
  color: var(--jp-content-link-color);
  text-decoration: underline;
}

.mk-Feedback iframe {
  background: #fff;
}
`,""]),n.d(t,{},{A:i})},314(e){e.exports=function(e){var t=[];return t.toString=function(){return this.map(function(t){var n="",a=void 0!==t[5];return t[4]&&(n+="@supports (".concat(t[4],") {")),t[2]&&(n+="@media ".concat(t[2]," {")),a&&(n+="@layer".concat(t[5].length>0?" ".concat(t[5]):""," {")),n+=e(t),a&&(n+="}"),t[2]&&(n+="}"),t[4]&&(n+="}"),n}).join("")},t.i=function(e,n,a,r,s){"string"==typeof e&&(e=[[null,e,void 0]]);var i={};if(a)for(var o=0;o<this.length;o++){var l=this[o][0];null!=l&&(i[l]=!0)}for(var c=0;c<e.length;c++){var u=[].concat(e[c]);a&&i[u[0]]||(void 0!==s&&(void 0===u[5]||(u[1]="@layer".concat(u[5].length>0?" ".concat(u[5]):""," {").concat(u[1],"}")),u[5]=s),n&&(u[2]&&(u[1]="@media ".concat(u[2]," {").concat(u[1],"}")),u[2]=n),r&&(u[4]?(u[1]="@supports (".concat(u[4],") {").concat(u[1],"}"),u[4]=r):u[4]="".concat(r)),t.push(u))}},t}},601(e){e.exports=function(e){return e[1]}},665(e,t,n){n.r(t);var a=n(72),r=n.n(a),s=n(825),i=n.n(s),o=n(659),l=n.n(o),c=n(56),u=n.n(c),m=n(540),d=n.n(m),h=n(113),p=n.n(h),g=n(646),f={};f.styleTagTransform=p(),f.setAttributes=u(),f.insert=l().bind(null,"head"),f.domAPI=i(),f.insertStyleElement=d(),r()(g.A,f);let k=g.A&&g.A.locals?g.A.locals:void 0;n.d(t,{},{default:k})},72(e){var t=[];function n(e){for(var n=-1,a=0;a<t.length;a++)if(t[a].identifier===e){n=a;break}return n}function a(e,a){for(var r={},s=[],i=0;i<e.length;i++){var o=e[i],l=a.base?o[0]+a.base:o[0],c=r[l]||0,u="".concat(l," ").concat(c);r[l]=c+1;var m=n(u),d={css:o[1],media:o[2],sourceMap:o[3],supports:o[4],layer:o[5]};if(-1!==m)t[m].references++,t[m].updater(d);else{var h=function(e,t){var n=t.domAPI(t);return n.update(e),function(t){t?(t.css!==e.css||t.media!==e.media||t.sourceMap!==e.sourceMap||t.supports!==e.supports||t.layer!==e.layer)&&n.update(e=t):n.remove()}}(d,a);a.byIndex=i,t.splice(i,0,{identifier:u,updater:h,references:1})}s.push(u)}return s}e.exports=function(e,r){var s=a(e=e||[],r=r||{});return function(e){e=e||[];for(var i=0;i<s.length;i++){var o=n(s[i]);t[o].references--}for(var l=a(e,r),c=0;c<s.length;c++){var u=n(s[c]);0===t[u].references&&(t[u].updater(),t.splice(u,1))}s=l}}},659(e){var t={};e.exports=function(e,n){var a=function(e){if(void 0===t[e]){var n=document.querySelector(e);if(window.HTMLIFrameElement&&n instanceof window.HTMLIFrameElement)try{n=n.contentDocument.head}catch(e){n=null}t[e]=n}return t[e]}(e);if(!a)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");a.appendChild(n)}},540(e){e.exports=function(e){var t=document.createElement("style");return e.setAttributes(t,e.attributes),e.insert(t,e.options),t}},56(e,t,n){e.exports=function(e){var t=n.nc;t&&e.setAttribute("nonce",t)}},825(e){e.exports=function(e){if("u"<typeof document)return{update:function(){},remove:function(){}};var t=e.insertStyleElement(e);return{update:function(n){var a,r,s;a="",n.supports&&(a+="@supports (".concat(n.supports,") {")),n.media&&(a+="@media ".concat(n.media," {")),(r=void 0!==n.layer)&&(a+="@layer".concat(n.layer.length>0?" ".concat(n.layer):""," {")),a+=n.css,r&&(a+="}"),n.media&&(a+="}"),n.supports&&(a+="}"),(s=n.sourceMap)&&"u">typeof btoa&&(a+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(s))))," */")),e.styleTagTransform(a,t,e.options)},remove:function(){var e;null===(e=t).parentNode||e.parentNode.removeChild(e)}}}},113(e){e.exports=function(e,t){if(t.styleSheet)t.styleSheet.cssText=e;else{for(;t.firstChild;)t.removeChild(t.firstChild);t.appendChild(document.createTextNode(e))}}}}]);