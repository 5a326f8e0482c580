import "./agent-page";
