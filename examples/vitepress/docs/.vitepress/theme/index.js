import DefaultTheme from "vitepress/theme";
import { h } from "vue";
import "./lectern.css";

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { "nav-bar-content-before": () => h("lectern-search") }),
};
