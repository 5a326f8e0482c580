import "./inspector";
