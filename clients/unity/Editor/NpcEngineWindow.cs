using System.Collections.Generic;
using UnityEditor;
using UnityEngine;

namespace NpcEngine
{
    /// <summary>Window ▸ NPC Engine: how the line to the server is, what it counts, and what each NPC did last.</summary>
    public sealed class NpcEngineWindow : EditorWindow
    {
        private const string StartCommand = "python -m engine serve";
        private NpcClient _trial;
        private Vector2 _scroll;

        [MenuItem("Window/NPC Engine")]
        private static void Open()
        {
            GetWindow<NpcEngineWindow>("NPC Engine");
        }

        private void OnDisable()
        {
            EndTrial();
        }

        /// <summary>Ten times a second.</summary>
        private void OnInspectorUpdate()
        {
            Repaint();
        }

        private void OnGUI()
        {
            _scroll = EditorGUILayout.BeginScrollView(_scroll);
            NpcConnection connection = EditorApplication.isPlaying ? NpcConnection.Existing : null;
            if (connection != null)
            {
                EndTrial();
                ShowClient(connection.Client, connection.Fault);
                ShowNpcs();
            }
            else
            {
                ShowTrial();
            }
            EditorGUILayout.EndScrollView();
        }

        /// <summary>Without a game that plays: look whether a server is there at all.</summary>
        private void ShowTrial()
        {
            EditorGUILayout.HelpBox("Start a server with the command below, then press Play.", MessageType.Info);
            EditorGUILayout.SelectableLabel(StartCommand);
            if (GUILayout.Button(_trial == null ? "Look for a server at " + Endpoint.Usual : "Stop looking"))
            {
                if (_trial == null)
                {
                    _trial = new NpcClient(Endpoint.Usual, "unity-editor");
                }
                else
                {
                    EndTrial();
                }
            }
            if (_trial != null)
            {
                ShowClient(_trial, "");
            }
        }

        private void EndTrial()
        {
            _trial?.Dispose();
            _trial = null;
        }

        private static void ShowClient(NpcClient client, string fault)
        {
            if (client == null)
            {
                EditorGUILayout.HelpBox(fault.Length > 0 ? fault : "The connection is disabled.", MessageType.Warning);
                return;
            }
            ConnectionState state = client.State;
            EditorGUILayout.LabelField("State", state + " (" + client.Address + ")");
            if (state != ConnectionState.Connected && client.Fault.Length > 0)
            {
                EditorGUILayout.HelpBox(client.Fault, MessageType.Warning);
            }
            Welcome welcome = client.Welcome;
            if (welcome != null)
            {
                EditorGUILayout.LabelField("Server", welcome.Server + ", " + welcome.Provider);
                EditorGUILayout.LabelField("Model", welcome.Bundle);
            }
            EditorGUILayout.LabelField("Words without an answer yet", client.Pending.ToString());
            EditorGUILayout.LabelField("Frames and decisions given up for newer ones", client.Dropped.ToString());
            foreach (KeyValuePair<string, object> counter in client.Counters)
            {
                EditorGUILayout.LabelField("Server counts: " + counter.Key, counter.Value.ToString());
            }
        }

        private static void ShowNpcs()
        {
            EditorGUILayout.Space();
            foreach (NpcBrain brain in NpcConnection.Existing.Brains)
            {
                Decision last = brain.Last;
                string did = last == null ? "has decided nothing yet"
                    : last.Action + ", " + last.Emotion + (last.Offline ? " (offline)" : "") + ": " + last.Reason;
                EditorGUILayout.LabelField(brain.NpcId, did, EditorStyles.wordWrappedLabel);
            }
        }
    }
}
