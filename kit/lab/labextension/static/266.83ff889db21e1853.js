"use strict";(self.rspackChunk_mastery_kit_panel=self.rspackChunk_mastery_kit_panel||[]).push([[266],{646(e,o,t){var r=t(601),n=t.n(r),a=t(314),i=(t.n(a))()(n());i.push([e.id,`/* The panel Mastery. Colours come from JupyterLab's theme; a state is a shape and a word as well as a colour. */

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
`,""]),t.d(o,{},{A:i})},314(e){e.exports=function(e){var o=[];return o.toString=function(){return this.map(function(o){var t="",r=void 0!==o[5];return o[4]&&(t+="@supports (".concat(o[4],") {")),o[2]&&(t+="@media ".concat(o[2]," {")),r&&(t+="@layer".concat(o[5].length>0?" ".concat(o[5]):""," {")),t+=e(o),r&&(t+="}"),o[2]&&(t+="}"),o[4]&&(t+="}"),t}).join("")},o.i=function(e,t,r,n,a){"string"==typeof e&&(e=[[null,e,void 0]]);var i={};if(r)for(var l=0;l<this.length;l++){var p=this[l][0];null!=p&&(i[p]=!0)}for(var s=0;s<e.length;s++){var m=[].concat(e[s]);r&&i[m[0]]||(void 0!==a&&(void 0===m[5]||(m[1]="@layer".concat(m[5].length>0?" ".concat(m[5]):""," {").concat(m[1],"}")),m[5]=a),t&&(m[2]&&(m[1]="@media ".concat(m[2]," {").concat(m[1],"}")),m[2]=t),n&&(m[4]?(m[1]="@supports (".concat(m[4],") {").concat(m[1],"}"),m[4]=n):m[4]="".concat(n)),o.push(m))}},o}},601(e){e.exports=function(e){return e[1]}},665(e,o,t){t.r(o);var r=t(72),n=t.n(r),a=t(825),i=t.n(a),l=t(659),p=t.n(l),s=t(56),m=t.n(s),c=t(540),d=t.n(c),u=t(113),k=t.n(u),f=t(646),x={};x.styleTagTransform=k(),x.setAttributes=m(),x.insert=p().bind(null,"head"),x.domAPI=i(),x.insertStyleElement=d(),n()(f.A,x);let v=f.A&&f.A.locals?f.A.locals:void 0;t.d(o,{},{default:v})},72(e){var o=[];function t(e){for(var t=-1,r=0;r<o.length;r++)if(o[r].identifier===e){t=r;break}return t}function r(e,r){for(var n={},a=[],i=0;i<e.length;i++){var l=e[i],p=r.base?l[0]+r.base:l[0],s=n[p]||0,m="".concat(p," ").concat(s);n[p]=s+1;var c=t(m),d={css:l[1],media:l[2],sourceMap:l[3],supports:l[4],layer:l[5]};if(-1!==c)o[c].references++,o[c].updater(d);else{var u=function(e,o){var t=o.domAPI(o);return t.update(e),function(o){o?(o.css!==e.css||o.media!==e.media||o.sourceMap!==e.sourceMap||o.supports!==e.supports||o.layer!==e.layer)&&t.update(e=o):t.remove()}}(d,r);r.byIndex=i,o.splice(i,0,{identifier:m,updater:u,references:1})}a.push(m)}return a}e.exports=function(e,n){var a=r(e=e||[],n=n||{});return function(e){e=e||[];for(var i=0;i<a.length;i++){var l=t(a[i]);o[l].references--}for(var p=r(e,n),s=0;s<a.length;s++){var m=t(a[s]);0===o[m].references&&(o[m].updater(),o.splice(m,1))}a=p}}},659(e){var o={};e.exports=function(e,t){var r=function(e){if(void 0===o[e]){var t=document.querySelector(e);if(window.HTMLIFrameElement&&t instanceof window.HTMLIFrameElement)try{t=t.contentDocument.head}catch(e){t=null}o[e]=t}return o[e]}(e);if(!r)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");r.appendChild(t)}},540(e){e.exports=function(e){var o=document.createElement("style");return e.setAttributes(o,e.attributes),e.insert(o,e.options),o}},56(e,o,t){e.exports=function(e){var o=t.nc;o&&e.setAttribute("nonce",o)}},825(e){e.exports=function(e){if("u"<typeof document)return{update:function(){},remove:function(){}};var o=e.insertStyleElement(e);return{update:function(t){var r,n,a;r="",t.supports&&(r+="@supports (".concat(t.supports,") {")),t.media&&(r+="@media ".concat(t.media," {")),(n=void 0!==t.layer)&&(r+="@layer".concat(t.layer.length>0?" ".concat(t.layer):""," {")),r+=t.css,n&&(r+="}"),t.media&&(r+="}"),t.supports&&(r+="}"),(a=t.sourceMap)&&"u">typeof btoa&&(r+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(a))))," */")),e.styleTagTransform(r,o,e.options)},remove:function(){var e;null===(e=o).parentNode||e.parentNode.removeChild(e)}}}},113(e){e.exports=function(e,o){if(o.styleSheet)o.styleSheet.cssText=e;else{for(;o.firstChild;)o.removeChild(o.firstChild);o.appendChild(document.createTextNode(e))}}}}]);